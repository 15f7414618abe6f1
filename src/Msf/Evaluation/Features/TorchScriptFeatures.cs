using System.Runtime.InteropServices;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// A feature network kept as TorchScript: <c>forward(images, return_features)</c> takes uint8 images (B, 3, H, W), resizes them itself, and gives features (B, D) or
/// class probabilities (B, K).
/// </summary>
/// <remarks>A TorchScript file is a program, which libtorch runs: load only files that you trust.</remarks>
public sealed class TorchScriptFeatures : IFeatureNetwork
{
    private const int ProbeSide = 32;
    private const double SumTolerance = 1e-2;

    private readonly jit.ScriptModule _network;
    private readonly string _path;

    private TorchScriptFeatures(string path, jit.ScriptModule network, Device device)
    {
        (_path, _network, Device, Name, Digest) = (path, network, device, Path.GetFileName(path), FileDigest.Sha256(path));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var probe = zeros([2, 3, ProbeSide, ProbeSide], ScalarType.Byte, CPU);
        Width = (int)Run(probe, features: true, "features").shape[1];
        var probabilities = Run(probe, features: false, "probabilities");
        Classes = (int)probabilities.shape[1];
        if (probabilities.SubtractedFrom(0.5).abs().max().item<float>() > 0.5 || probabilities.sum(1).SubtractedFrom(1).abs().max().item<float>() > SumTolerance)
            throw Unusable("forward(images, False) gives no probabilities: its rows do not add up to 1");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Digest { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>Loads a network and tries it on two black images.</summary>
    /// <param name="path">The file; what it holds is run, so load only what you trust.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no TorchScript network, or one with other inputs or outputs.</exception>
    public static TorchScriptFeatures Load(string path, Device? device = null)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no feature network {path}; give a TorchScript file whose forward(images, return_features) gives features or probabilities.", path);
        Libtorch.Initialize();
        device ??= CPU;
        jit.ScriptModule network;
        try
        {
            network = jit.load(path, device.type, device.index);
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException($"{path} is no TorchScript file that this libtorch reads ({FirstLine(e)}); export the network with torch.jit.", e);
        }
        try
        {
            network.eval();
            return new TorchScriptFeatures(path, network, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Features(Tensor images) => Run(images, features: true, "features", Width);

    /// <inheritdoc/>
    public Tensor Probabilities(Tensor images) => Run(images, features: false, "probabilities", Classes);

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Run(Tensor images, bool features, string what, int width = -1)
    {
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        if (images.dtype != ScalarType.Byte) throw new ArgumentException($"images are {images.dtype}, expected bytes, 0 to 255 (ImageTensors.ToLevels).", nameof(images));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor result;
        try
        {
            result = _network.CallWithFlag(images.to(Device), features).to(ScalarType.Float32);
        }
        catch (Exception e) when (e is ExternalException or InvalidCastException or InvalidOperationException or NotImplementedException or NotSupportedException)
        {
            throw Unusable($"forward(images, {(features ? "True" : "False")}) fails or gives no tensor: {FirstLine(e)}", e);
        }
        if (result.shape is not [var rows, > 0 and var columns] || rows != images.shape[0] || (width >= 0 && columns != width))
            throw Unusable($"its {what} are {ShapeGuard.Format(result.shape)}, expected ({images.shape[0]}, {(width < 0 ? what == "features" ? "D" : "K" : width)})");
        if (!result.isfinite().all().item<bool>()) throw Unusable($"its {what} are not finite");
        return result.MoveToOuterDisposeScope();
    }

    private InvalidDataException Unusable(string why, Exception? inner = null) => new($"{_path} is not a usable feature network: {why}.", inner);

    // libtorch explains over many lines, the last of which names the fault.
    private static string FirstLine(Exception e)
    {
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return PrintableText.Of(lines.FirstOrDefault(line => line.Contains("Error: ", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason given");
    }
}

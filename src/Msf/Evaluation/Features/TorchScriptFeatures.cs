using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// A feature network kept as TorchScript, used as its <see cref="FeatureManifest"/> says; without one by <c>forward(images, return_features)</c>, which takes uint8
/// images (B, 3, H, W), resizes them itself, and gives features (B, D) or class probabilities (B, K).
/// </summary>
/// <remarks>A TorchScript file is a program, which libtorch runs: load only files that you trust.</remarks>
public sealed class TorchScriptFeatures : IFeatureNetwork
{
    private const int ProbeSide = 32;
    private const double SumTolerance = 1e-2;

    private readonly ScriptedNetwork _network;

    private enum Kind
    {
        Features,
        Probabilities,
        Spatial,
    }

    private TorchScriptFeatures(ScriptedNetwork network, FeatureManifest manifest, string digest)
    {
        (_network, Manifest, FileDigest) = (network, manifest, digest);
        Digest = ReferenceEquals(manifest, FeatureManifest.ByFlag) ? digest : Msf.Checkpoints.FileDigest.OfText($"{digest} {System.Text.Json.JsonSerializer.Serialize(manifest, JsonFormat.Line)}");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var side = manifest.Input.Size ?? ProbeSide;
        var probe = zeros([2, 3, side, side], ScalarType.Byte, CPU);
        Width = (int)Run(probe, Kind.Features).shape[1];
        if (ClassOutput is { } output)
        {
            var probabilities = Run(probe, Kind.Probabilities);
            Classes = (int)probabilities.shape[1];
            if (probabilities.SubtractedFrom(0.5).abs().max().item<float>() > 0.5 || probabilities.sum(1).SubtractedFrom(1).abs().max().item<float>() > SumTolerance)
                throw network.Unusable($"{ScriptedNetwork.Call(output)} gives no probabilities: its rows do not add up to 1");
            if (ClassNames.Count > 0 && ClassNames.Count != Classes) throw network.Unusable($"its manifest names {ClassNames.Count} classes, it tells {Classes}");
        }
        if (manifest.Spatial is not null) SpatialWidth = (int)Run(probe, Kind.Spatial).shape[1];
    }

    /// <summary>How the network is used.</summary>
    public FeatureManifest Manifest { get; }

    /// <summary>SHA-256 of the file alone.</summary>
    public string FileDigest { get; }

    /// <inheritdoc/>
    public string Name => Path.GetFileName(_network.Path);

    /// <summary>SHA-256 of the file, and of the manifest where it has one.</summary>
    public string Digest { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Manifest.Classes;

    /// <inheritdoc/>
    public int SpatialWidth { get; }

    /// <inheritdoc/>
    public string Resizing => Manifest.Input.Size is { } size
        ? $"{Manifest.Input.Resize.ToString().ToLowerInvariant()}, antialiased, to {size} px{(Manifest.Input.Type == FeatureInputType.Bytes ? ", rounded" : "")}"
        : "by the network";

    /// <inheritdoc/>
    public Device Device => _network.Device;

    private FeatureOutput? ClassOutput => Manifest.Probabilities ?? Manifest.Logits;

    /// <summary>Loads a network and tries it on two black images.</summary>
    /// <param name="path">The file; what it holds is run, so load only what you trust.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <param name="manifest">How to use it; when null, the file beside it (<see cref="FeatureManifest.PathOf"/>), or else <see cref="FeatureManifest.ByFlag"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no TorchScript network, one with other inputs or outputs, or its manifest is broken.</exception>
    public static TorchScriptFeatures Load(string path, Device? device = null, FeatureManifest? manifest = null)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no feature network {path}; give a TorchScript file whose forward(images, return_features) gives features or probabilities.", path);
        var beside = FeatureManifest.PathOf(path);
        manifest ??= beside != path && File.Exists(beside) ? FeatureManifest.Read(beside) : FeatureManifest.ByFlag;
        if (manifest.Validate() is { Count: > 0 } errors) throw new InvalidDataException($"{path}: its manifest is wrong: {string.Join("; ", errors)}.");
        var network = ScriptedNetwork.Load(path, device ?? CPU);
        try
        {
            return new TorchScriptFeatures(network, manifest, Checkpoints.FileDigest.Sha256(path));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Features(Tensor images) => Run(images, Kind.Features);

    /// <inheritdoc/>
    public Tensor Probabilities(Tensor images) =>
        ClassOutput is not null ? Run(images, Kind.Probabilities) : throw new NotSupportedException($"{Name} tells no probabilities of classes.");

    /// <inheritdoc/>
    public Tensor Spatial(Tensor images) =>
        Manifest.Spatial is not null ? Run(images, Kind.Spatial) : throw new NotSupportedException($"{Name} has no spatial features.");

    /// <inheritdoc/>
    public FeatureBatch Extract(Tensor images, bool probabilities, bool spatial)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var input = Prepare(images);
        List<(bool[] Arguments, object Result)> calls = [];
        Tensor Get(Kind kind)
        {
            var output = OutputOf(kind);
            var known = calls.FindIndex(call => call.Arguments.AsSpan().SequenceEqual(output.Arguments));
            if (known < 0) calls.Add((output.Arguments, _network.Forward(input, output)));
            return Shaped(calls[known < 0 ? ^1 : known].Result, kind, images.shape[0]).MoveToOuterDisposeScope();
        }
        return new FeatureBatch(Get(Kind.Features), probabilities && Classes > 0 ? Get(Kind.Probabilities) : null, spatial && SpatialWidth > 0 ? Get(Kind.Spatial) : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Run(Tensor images, Kind kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Shaped(_network.Forward(Prepare(images), OutputOf(kind)), kind, images.shape[0]).MoveToOuterDisposeScope();
    }

    private Tensor Prepare(Tensor images)
    {
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        if (images.dtype != ScalarType.Byte) throw new ArgumentException($"images are {images.dtype}, expected bytes, 0 to 255 (ImageTensors.ToLevels).", nameof(images));
        var input = Manifest.Input;
        var x = images.to(Device);
        if (input.Size is { } size) x = AntialiasedResize.Square(x, size, input.Resize);
        if (input.Type == FeatureInputType.Bytes) return x.dtype == ScalarType.Byte ? x : x.round().to(ScalarType.Byte);
        x = x.to(ScalarType.Float32).Times((input.Range[1] - input.Range[0]) / 255).Plus(input.Range[0]);
        if (input.Mean.Length > 0) x = x.sub(PerColor(input.Mean));
        return input.StandardDeviation.Length > 0 ? x.div(PerColor(input.StandardDeviation)) : x;
    }

    private Tensor PerColor(double[] values) => tensor(values, ScalarType.Float32, Device).view(1, 3, 1, 1);

    private FeatureOutput OutputOf(Kind kind) => kind switch
    {
        Kind.Features => Manifest.Features,
        Kind.Probabilities => ClassOutput!,
        _ => Manifest.Spatial!,
    };

    // (B, width), float32, whatever surrounds it; the width is not known at first.
    private Tensor Shaped(object result, Kind kind, long count)
    {
        var output = OutputOf(kind);
        var found = _network.Member(result, output).to(ScalarType.Float32);
        var (shape, (what, letter, width)) = (found.shape, kind switch
        {
            Kind.Features => ("features", "D", Width),
            Kind.Probabilities => ("probabilities", "K", Classes),
            _ => ("spatial features", "E", SpatialWidth),
        });
        if (kind == Kind.Spatial && shape.Length > 2 && shape[0] == count)
            found = (output.Channels is { } channels ? found.narrow(1, 0, Math.Min(channels, shape[1])) : found).flatten(1);
        else if (shape is [_, _, 1, 1])
            found = found.flatten(1);                                                         // as global means of PyTorch come
        if (found.shape is not [var rows, > 0 and var columns] || rows != count || (width > 0 && columns != width))
            throw _network.Unusable($"its {what} are {ShapeGuard.Format(shape)}, expected ({count}, {(width > 0 ? width : letter)})");
        if (!found.isfinite().all().item<bool>()) throw _network.Unusable($"its {what} are not finite");
        return kind == Kind.Probabilities && Manifest.Logits is not null ? found.softmax(1) : found;
    }
}

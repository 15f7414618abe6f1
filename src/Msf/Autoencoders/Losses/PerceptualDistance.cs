using System.Runtime.InteropServices;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>
/// Distance of images in the features of a trained network, kept as TorchScript: mean square difference of the features over the mean square of those of the
/// original, so that it does not depend on their unit.
/// </summary>
public sealed class PerceptualDistance : IDisposable
{
    private readonly jit.ScriptModule _network;

    /// <summary>Loads the network; its weights are never trained.</summary>
    /// <param name="config">Names the file.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no TorchScript network.</exception>
    public PerceptualDistance(PerceptualConfig config, Device device)
    {
        if (!File.Exists(config.File)) throw new FileNotFoundException($"there is no {config.File}; loss.perceptual.file names a TorchScript file of features.", config.File);
        Libtorch.Initialize();
        try
        {
            _network = jit.load(config.File, device.type, device.index);
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException($"{config.File} is no TorchScript file that this libtorch reads: {e.Message.Split('\n')[0]}", e);
        }
        _network.eval();
        foreach (var parameter in _network.parameters()) parameter.requires_grad = false;
    }

    /// <summary>The distance of reconstructions from images, a mean over the batch.</summary>
    /// <param name="images">(B, 3, H, W), float32, in [-1, 1].</param>
    /// <param name="decoded">Reconstructions of the same shape.</param>
    /// <returns>A scalar, 0 for equal images, owned by the caller's dispose scope.</returns>
    public Tensor Of(Tensor images, Tensor decoded)
    {
        using var scope = NewDisposeScope();
        Tensor wanted;
        using (no_grad()) wanted = Features(images);
        var difference = Features(decoded).sub(wanted).Squared().flatten(1).mean([1]);        // (B)
        return difference.div(wanted.Squared().flatten(1).mean([1]).Plus(1e-6)).mean().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Features(Tensor images) => _network.CallWithFlag(images.Plus(1).Times(127.5), true);
}

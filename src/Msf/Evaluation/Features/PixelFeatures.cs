using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Features that need no network: the mean colours of 8 x 8 fields of an image, of 255 each. They see colours and layout, no objects and no texture: for tests and first tries, no figure to publish.
/// </summary>
/// <param name="device">Where to compute; the CPU when null.</param>
public sealed class PixelFeatures(Device? device = null) : IFeatureNetwork
{
    /// <summary>What stands where a feature network is named.</summary>
    public const string KnownAs = "pixels";

    private const int Side = 8;

    /// <inheritdoc/>
    public string Name => KnownAs;

    /// <inheritdoc/>
    public string Digest { get; } = FileDigest.OfText($"{KnownAs} {Side}");

    /// <inheritdoc/>
    public int Width => 3 * Side * Side;

    /// <inheritdoc/>
    public int Classes => 0;

    /// <inheritdoc/>
    public Device Device { get; } = device ?? CPU;

    /// <inheritdoc/>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        var levels = images.to(Device).to(ScalarType.Float32);
        return nn.functional.adaptive_avg_pool2d(levels, [Side, Side]).flatten(1).Times(1 / 255.0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Probabilities(Tensor images) => throw new NotSupportedException("mean colours tell no classes.");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

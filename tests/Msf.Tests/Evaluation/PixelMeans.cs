using Msf.Evaluation;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

/// <summary>Features that can be checked by hand: the mean of all levels, and those of the three channels.</summary>
internal sealed class PixelMeans : IFeatureNetwork
{
    /// <summary>Heights of the images that came.</summary>
    public List<long> Sizes { get; } = [];

    public string Name => "pixel means";

    public string Digest { get; } = new('0', 64);

    public int Width => 4;

    public int Classes => 2;

    public Device Device => CPU;

    public Tensor Features(Tensor images)
    {
        Assert.Equal(ScalarType.Byte, images.dtype);
        Sizes.Add(images.shape[2]);
        var levels = images.to(ScalarType.Float64);
        return cat([levels.mean([1, 2, 3], keepdim: true).flatten(1), levels.mean([2, 3])], dim: 1).to(ScalarType.Float32);
    }

    public Tensor Probabilities(Tensor images) => full([images.shape[0], 2], 0.5f);

    public void Dispose()
    {
    }
}

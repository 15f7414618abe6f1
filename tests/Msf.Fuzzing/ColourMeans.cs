using Msf.Evaluation;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Features without weights: the means of the colours.</summary>
internal sealed class ColourMeans : IFeatureNetwork
{
    public string Name => "colour means";

    public string Digest { get; } = new('0', 64);

    public int Width => 3;

    public int Classes => 2;

    public int SpatialWidth => 3;

    public Device Device => CPU;

    public Tensor Features(Tensor images) => images.to(ScalarType.Float32).mean([2, 3]);

    public Tensor Probabilities(Tensor images) => HalfAndHalf(images.shape[0]);

    public Tensor Spatial(Tensor images) => images.to(ScalarType.Float32).amax([2, 3]);

    public void Dispose()
    {
    }

    private static Tensor HalfAndHalf(long count) => ones([count, 2]).div(full([1], 2f));
}

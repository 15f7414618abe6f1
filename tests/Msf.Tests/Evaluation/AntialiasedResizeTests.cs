using Msf.Data;
using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class AntialiasedResizeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Shrinking_by_two_with_a_triangle_takes_four_pixels()
    {
        var weights = AntialiasedResize.Weights(6, 3, ResizeMode.Bilinear, CPU);
        TensorAssert.Close(
            tensor(new[,] { { 3f / 7, 3f / 7, 1f / 7, 0, 0, 0 }, { 0, 0.125f, 0.375f, 0.375f, 0.125f, 0 }, { 0, 0, 0, 1f / 7, 3f / 7, 3f / 7 } }), weights, 1e-7);
    }

    [Theory]
    [InlineData(40, 29, 17)]
    [InlineData(9, 31, 64)]
    [InlineData(17, 17, 17)]
    public void It_is_the_resizing_of_images_without_rounding(int height, int width, int size)
    {
        using var generator = new Generator(2);
        var levels = randint(0, 256, [1, 3, height, width], ScalarType.Byte, generator: generator);
        var image = new RgbImage(levels[0].permute(1, 2, 0).contiguous().bytes.ToArray(), width, height);
        var expected = tensor(Resampler.Resize(image, size, size, ResamplingFilter.Bicubic).Pixels, [size, size, 3], ScalarType.Byte).permute(2, 0, 1).to(ScalarType.Float32);
        var resized = AntialiasedResize.Square(levels, size, ResizeMode.Bicubic);
        Assert.Equal(ScalarType.Float32, resized.dtype);
        Assert.InRange((resized[0] - expected).abs().max().item<float>(), 0, 0.5001f);
        if (size != width) Assert.NotEqual(0, (resized - resized.round()).abs().max().item<float>());
    }

    [Theory]
    [InlineData(ResizeMode.Bicubic)]
    [InlineData(ResizeMode.Bilinear)]
    public void Constants_stay_and_edges_are_clipped(ResizeMode mode)
    {
        TensorAssert.Close(full([2, 3, 9, 9], 200f), AntialiasedResize.Square(full([2, 3, 40, 7], 200), 9, mode), 1e-5);
        var step = cat([zeros(1, 1, 8, 4), full([1, 1, 8, 4], 255)], dim: 3);
        var resized = AntialiasedResize.Square(step, 24, mode);
        Assert.Equal((0f, 255f), (resized.min().item<float>(), resized.max().item<float>()));  // cubic overshoots
    }

    public void Dispose() => _scope.Dispose();
}

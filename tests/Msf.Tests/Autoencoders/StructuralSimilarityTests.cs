using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class StructuralSimilarityTests
{
    private static readonly double[] _exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    [Theory]
    [InlineData(8, 1)]
    [InlineData(21, 1)]
    [InlineData(22, 2)]
    [InlineData(32, 2)]
    [InlineData(64, 3)]
    [InlineData(175, 4)]
    [InlineData(176, 5)]
    [InlineData(4096, 5)]
    public void Images_have_as_many_scales_as_whole_windows_fit(long side, int scales) => Assert.Equal(scales, StructuralSimilarity.Scales(side, side + 3));

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(24)]
    [InlineData(48)]
    public void Equal_images_are_equal_and_others_are_not_whichever_comes_first(int side)
    {
        using var scope = NewDisposeScope();
        var (x, y) = Pair(side, 0.3);
        foreach (var similarity in new Func<Tensor, Tensor, Tensor>[] { StructuralSimilarity.Of, StructuralSimilarity.MultiScale })
        {
            Assert.All(similarity(x, x).data<float>().ToArray(), value => Assert.Equal(1, value, 5));
            Assert.All(similarity(x, y).data<float>().ToArray(), value => Assert.InRange(value, 0.01, 0.98));
            TensorAssert.Close(similarity(x, y), similarity(y, x), 1e-6);
        }
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(-0.25, 0.75)]
    public void Of_even_images_only_the_luminance_counts(double a, double b)
    {
        using var scope = NewDisposeScope();
        var expected = (2 * a * b + 4e-4) / (a * a + b * b + 4e-4);
        Assert.Equal(expected, StructuralSimilarity.Of(full([1, 3, 16, 16], a), full([1, 3, 16, 16], b)).item<float>(), 4);
    }

    [Theory]
    [InlineData(16, 20)]
    [InlineData(32, 24)]
    [InlineData(46, 46)]
    public void It_agrees_with_the_definition_computed_window_by_window(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(6);
        var (x, y) = (rand([1, 2, height, width], generator: generator) * 2 - 1, rand([1, 2, height, width], generator: generator) * 2 - 1);
        y = x * 0.6 + y * 0.4;
        var (single, multi) = (0.0, 0.0);
        for (var c = 0; c < 2; c++)
        {
            var (a, b) = (Plane(x, c), Plane(y, c));
            single += ByWindows(a, b).Similarity / 2;
            var scales = StructuralSimilarity.Scales(height, width);
            var product = 1.0;
            for (var scale = 0; scale < scales; scale++)
            {
                var (similarity, contrast) = ByWindows(a, b);
                product *= Math.Pow(Math.Max(1e-4, scale == scales - 1 ? similarity : contrast), _exponents[scale] / _exponents.Take(scales).Sum());
                (a, b) = (Halve(a), Halve(b));
            }
            multi += product / 2;
        }
        Assert.Equal(single, StructuralSimilarity.Of(x, y).item<float>(), 4);
        Assert.Equal(multi, StructuralSimilarity.MultiScale(x, y).item<float>(), 4);
    }

    [Fact]
    public void An_image_does_not_depend_on_the_others_of_the_batch_and_its_gradient_is_finite()
    {
        using var scope = NewDisposeScope();
        var (x, y) = Pair(32, 2);
        TensorAssert.Close(StructuralSimilarity.MultiScale(x, y)[1], StructuralSimilarity.MultiScale(x[1].unsqueeze(0), y[1].unsqueeze(0))[0], 1e-6);
        var opposite = x.neg().requires_grad_();                                              // structure is negative everywhere
        StructuralSimilarity.MultiScale(x, opposite).mean().backward();
        Assert.True(opposite.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void Shapes_that_differ_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(zeros(1, 3, 16, 16), zeros(1, 3, 16, 17)));
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.MultiScale(zeros(0, 3, 16, 16), zeros(0, 3, 16, 16)));
    }

    private static (Tensor X, Tensor Y) Pair(int side, double noise)
    {
        using var generator = new Generator(7);
        var x = rand([2, 3, side, side], generator: generator) * 1.2 - 0.2;                   // bright: of a mean around 0 the luminance may have either sign
        return (x, (x + randn(x.shape, generator: generator) * noise).clamp(-1, 1));
    }

    private static double[,] Plane(Tensor x, int channel)
    {
        var values = x[0, channel].to(float64).data<double>().ToArray();
        var plane = new double[x.shape[2], x.shape[3]];
        Buffer.BlockCopy(values, 0, plane, 0, 8 * values.Length);
        return plane;
    }

    private static double[,] Halve(double[,] plane)
    {
        var half = new double[plane.GetLength(0) / 2, plane.GetLength(1) / 2];
        for (var i = 0; i < half.GetLength(0); i++)
            for (var j = 0; j < half.GetLength(1); j++)
                half[i, j] = (plane[2 * i, 2 * j] + plane[2 * i + 1, 2 * j] + plane[2 * i, 2 * j + 1] + plane[2 * i + 1, 2 * j + 1]) / 4;
        return half;
    }

    // Variances and covariance from deviations, not from squares: another way to the same numbers.
    private static (double Similarity, double Contrast) ByWindows(double[,] a, double[,] b)
    {
        var (similarity, contrast, count) = (0.0, 0.0, 0);
        for (var top = 0; top + 11 <= a.GetLength(0); top++)
            for (var left = 0; left + 11 <= a.GetLength(1); left++, count++)
            {
                double Weigh(Func<int, int, double> value)
                {
                    var (sum, weights) = (0.0, 0.0);
                    for (var i = 0; i < 11; i++)
                        for (var j = 0; j < 11; j++)
                        {
                            var weight = Math.Exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / (2 * 1.5 * 1.5));
                            (sum, weights) = (sum + weight * value(top + i, left + j), weights + weight);
                        }
                    return sum / weights;
                }

                var (ma, mb) = (Weigh((i, j) => a[i, j]), Weigh((i, j) => b[i, j]));
                var (va, vb) = (Weigh((i, j) => Math.Pow(a[i, j] - ma, 2)), Weigh((i, j) => Math.Pow(b[i, j] - mb, 2)));
                var cs = (2 * Weigh((i, j) => (a[i, j] - ma) * (b[i, j] - mb)) + 0.0036) / (va + vb + 0.0036);
                contrast += cs;
                similarity += cs * (2 * ma * mb + 0.0004) / (ma * ma + mb * mb + 0.0004);
            }
        return (similarity / count, contrast / count);
    }
}

using Msf.Data;
using Msf.Factorization;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public class DataStatisticsTests
{
    [Fact]
    public void A_set_of_two_grey_levels_has_the_statistics_that_paper_and_pencil_give()
    {
        using var source = new GreySource(30, 90);                                            // 30 of 120 are black, the others white
        var batches = new ImageBatches(source, 8);
        var statistics = DataStatistics.Measure(batches, new MultiScaleFactorization(new FactorizationConfig()), 3);
        var expected = 2 * Math.Sqrt(0.25 * 0.75);
        Assert.All(statistics.Components[0].Mean.Concat(statistics.Conditions[0].Mean), mean => Assert.Equal(0.5, mean, 1e-6));
        Assert.All(statistics.Components[0].StandardDeviation.Concat(statistics.Conditions[0].StandardDeviation), std => Assert.Equal(expected, std, 1e-6));
        Assert.All(statistics.Components[1].Mean, mean => Assert.Equal(0, mean, 1e-6));
        Assert.All(statistics.Components[1].StandardDeviation, std => Assert.Equal(1, std));  // flat images have no residual: nothing to scale
        Assert.Equal(0, batches.Position);
    }

    [Fact]
    public void A_large_set_is_measured_on_images_spread_over_all_its_classes()
    {
        using var source = new GreySource(2 * DataStatistics.EnoughImages, 2 * DataStatistics.EnoughImages);
        var batches = new ImageBatches(source, 1);
        var statistics = DataStatistics.Measure(batches, new MultiScaleFactorization(new FactorizationConfig { Levels = 1 }), 3);
        Assert.All(statistics.Components[0].Mean, mean => Assert.Equal(0, mean, 1e-6));
    }

    [Fact]
    public void Without_standardisation_nothing_is_measured_and_nothing_changed()
    {
        using var source = new GreySource(1, 3);
        var factorization = new MultiScaleFactorization(new FactorizationConfig { Standardize = false });
        var statistics = DataStatistics.Measure(new ImageBatches(source, 8), factorization, 3);
        using var scope = NewDisposeScope();
        var x = full(1, 3, 4, 4, 0.3f);
        Assert.True(TensorAssert.Identical(x, statistics.StandardizeComponent(0, x)));
        Assert.True(TensorAssert.Identical(x, statistics.StandardizeCondition(1, x)));
    }

    [Fact]
    public void Measuring_leaves_no_tensor_behind()
    {
        using var source = new GreySource(100, 100);
        var batches = new ImageBatches(source, 8);
        LiveTensors.StayFlat(3, () => DataStatistics.Measure(batches, new MultiScaleFactorization(new FactorizationConfig()), 3));
    }

    /// <summary>Black images of class 0, then white ones of class 1.</summary>
    private sealed class GreySource(int black, int white) : IImageSource
    {
        public string Name => "grey";

        public int Count => black + white;

        public IReadOnlyList<ImageClass> Classes { get; } = [new("black", black), new("white", white)];

        public int LabelAt(int index) => index < black ? 0 : 1;

        public string NameAt(int index) => $"grey[{index}]";

        public LabeledImage Read(int index)
        {
            var pixels = new byte[8 * 8 * 3];
            Array.Fill(pixels, (byte)(255 * LabelAt(index)));
            return new LabeledImage(new RgbImage(pixels, 8, 8), LabelAt(index), NameAt(index));
        }

        public void Dispose()
        {
        }
    }
}

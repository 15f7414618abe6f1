using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class TimeDistributionTests
{
    private const int Count = 100_000;

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1.5, 1, 1)]
    [InlineData(-0.5, 0.7, 3)]
    public void The_logit_of_a_logit_normal_time_is_normal_and_the_shift_moves_its_mean(double mean, double deviation, double shift)
    {
        using var scope = NewDisposeScope();
        var t = Sample(new TimeDistribution { Mean = mean, StandardDeviation = deviation, Shift = shift });
        var logit = t.to(ScalarType.Float64).logit();
        var expected = mean - Math.Log(shift);
        Assert.Equal(expected, logit.mean().item<double>(), 4 * deviation / Math.Sqrt(Count));
        Assert.Equal(deviation, logit.std().item<double>(), 4 * deviation / Math.Sqrt(2 * Count));
        foreach (var (share, z) in new[] { (0.1, -1.281552), (0.5, 0), (0.9, 1.281552) })
        {
            var quantile = 1 / (1 + Math.Exp(-(expected + deviation * z)));
            Assert.Equal(share, t.lt(quantile).to(ScalarType.Float64).mean().item<double>(), 0.005);   // 4 standard errors: 0.0063
        }
    }

    [Fact]
    public void Uniform_times_fill_the_interval_evenly()
    {
        using var scope = NewDisposeScope();
        var t = Sample(new TimeDistribution { Kind = TimeDistributionKind.Uniform });
        Assert.Equal(0.5, t.mean().item<float>(), 4 * Math.Sqrt(1 / 12.0 / Count));
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var share = (t.ge(tenth / 10.0) & t.lt((tenth + 1) / 10.0)).to(ScalarType.Float64).mean().item<double>();
            Assert.Equal(0.1, share, 0.004);
        }
    }

    [Fact]
    public void A_shift_above_1_moves_uniform_times_towards_noise()
    {
        using var scope = NewDisposeScope();
        var t = Sample(new TimeDistribution { Kind = TimeDistributionKind.Uniform, Shift = 3 });
        Assert.Equal(0.5, t.lt(TimeShift.Apply(0.5, 3)).to(ScalarType.Float64).mean().item<double>(), 0.0063);
        Assert.True(t.mean().item<float>() < 0.4);
    }

    [Fact]
    public void Equal_generators_draw_equal_times()
    {
        using var scope = NewDisposeScope();
        var distribution = new TimeDistribution();
        using var a = new Generator(1);
        using var b = new Generator(1);
        using var c = new Generator(2);
        var drawn = distribution.Sample(8, a);
        Assert.Equal([8L], drawn.shape);
        Assert.Equal(ScalarType.Float32, drawn.dtype);
        Assert.True(TensorAssert.Identical(drawn, distribution.Sample(8, b)));
        Assert.False(TensorAssert.Identical(drawn, distribution.Sample(8, c)));
        Assert.False(TensorAssert.Identical(drawn, distribution.Sample(8, a)));
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var bad = new TimeDistribution { Kind = (TimeDistributionKind)4, Mean = double.NaN, StandardDeviation = 0, Shift = -1 };
        Assert.Equal(4, bad.Validate().Count);
        Assert.Empty(new TimeDistribution().Validate());
    }

    private static Tensor Sample(TimeDistribution distribution)
    {
        using var generator = new Generator(17);
        return distribution.Sample(Count, generator);
    }
}

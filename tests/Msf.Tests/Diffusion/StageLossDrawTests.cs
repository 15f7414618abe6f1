using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

/// <summary>What the loss draws besides time and noise: dropped labels and noised conditions.</summary>
public class StageLossDrawTests
{
    private const long NullClass = 10;

    [Fact]
    public void Labels_are_dropped_at_the_given_rate_and_only_to_the_null_class()
    {
        using var scope = NewDisposeScope();
        const int count = 10_000;
        var labels = arange(count, dtype: ScalarType.Int64).remainder(10);
        Compute(new DiffusionConfig { LabelDropout = 0.25 }, zeros(count, 1), labels, null, (x, t, y, u, tU) =>
        {
            var dropped = y.eq(NullClass);
            Assert.Equal(0.25, dropped.to(ScalarType.Float64).mean().item<double>(), 4 * Math.Sqrt(0.25 * 0.75 / count));
            Assert.True((dropped | y.eq(labels)).all().item<bool>());
            return x;
        });
        Assert.False(labels.eq(NullClass).any().item<bool>());
        Compute(new DiffusionConfig { LabelDropout = 1 }, zeros(count, 1), labels, null, (x, t, y, u, tU) =>
        {
            Assert.True(y.eq(NullClass).all().item<bool>());
            return x;
        });
    }

    [Fact]
    public void A_condition_is_noised_to_the_time_that_the_network_is_told()
    {
        using var scope = NewDisposeScope();
        const int count = 4_000;
        var (x1, u) = (zeros(count, 1, 4, 4), full([count, 1, 4, 4], 2f));
        var labels = zeros(count, dtype: ScalarType.Int64);
        var called = false;
        Compute(new DiffusionConfig(), x1, labels, u, (x, t, y, condition, conditionTime) =>
        {
            called = true;
            var tU = conditionTime!.view(count, 1, 1, 1);
            var noise = (condition! - tU * u) / (1 - tU);
            Assert.Equal(0, noise.mean().item<float>(), 4 / Math.Sqrt(count * 16.0));
            Assert.Equal(1, noise.std().item<float>(), 4 / Math.Sqrt(2 * count * 16.0));
            Assert.Equal(1.5, conditionTime.logit().mean().item<float>(), 4 / Math.Sqrt(count));
            Assert.False(TensorAssert.Identical(conditionTime, t));
            Assert.True(Math.Abs((noise * (x / (1 - t.view(count, 1, 1, 1)))).mean().item<float>()) < 4 / Math.Sqrt(count * 16.0));
            return x;
        });
        Assert.True(called);
    }

    [Fact]
    public void Without_noise_the_condition_is_clean_and_its_time_is_1()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        var u = x1 * 0.5;
        var called = false;
        Compute(new DiffusionConfig { NoiseCondition = false }, x1, labels, u, (x, t, y, condition, conditionTime) =>
        {
            called = true;
            Assert.True(TensorAssert.Identical(condition!, u));
            Assert.True(conditionTime!.eq(1).all().item<bool>());
            return x;
        });
        Assert.True(called);
    }

    private static (Tensor X1, Tensor Labels) Batch()
    {
        using var generator = new Generator(8);
        return (randn([4, 3, 4, 4], generator: generator), tensor(new long[] { 0, 3, 9, 1 }));
    }

    private static StageLossResult Compute(DiffusionConfig config, Tensor x1, Tensor labels, Tensor? u, Denoiser network)
    {
        using var generator = new Generator(9);
        return new StageLoss(config, NullClass).Compute(network, x1, labels, u, generator);
    }
}

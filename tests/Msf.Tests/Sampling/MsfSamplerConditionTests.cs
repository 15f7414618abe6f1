using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>What the stages above the base are told about the coarser result.</summary>
public sealed class MsfSamplerConditionTests
{
    private static readonly ModelConfig _model = RandomNetworks.Model(levels: 2, height: 16, width: 24);
    private static readonly ComponentStatistics _statistics = RandomModel.Statistics(_model);

    [Theory]
    [InlineData(null, true, 0.975)]
    [InlineData(null, false, 1.0)]
    [InlineData(1.0, true, 1.0)]
    [InlineData(0.4, true, 0.4)]
    [InlineData(0.4, false, 0.4)]
    public void The_network_is_told_the_condition_time_that_was_asked_for_or_trained(double? asked, bool noised, double expected)
    {
        using var scope = NewDisposeScope();
        var (_, _, time) = Condition(new DiffusionConfig { NoiseCondition = noised }, asked);
        Assert.Equal([8], time.shape);
        Assert.All(time.data<float>(), value => Assert.Equal((float)expected, value));
    }

    [Fact]
    public void At_condition_time_one_the_condition_is_the_standardised_coarser_result()
    {
        using var scope = NewDisposeScope();
        var (clean, condition, _) = Condition(new DiffusionConfig(), 1);
        Assert.True(TensorAssert.Identical(clean, condition));
    }

    [Theory]
    [InlineData(PathKind.Linear, 0.6)]
    [InlineData(PathKind.VariancePreservingCosine, 0.6)]
    [InlineData(PathKind.Linear, 0.975)]
    public void Below_one_the_condition_carries_the_noise_of_its_time(PathKind path, double time)
    {
        using var scope = NewDisposeScope();
        var (clean, condition, _) = Condition(new DiffusionConfig { Path = path }, time);
        var at = ProbabilityPath.Create(path).At(time);
        var noise = (condition - clean * at.Alpha) / at.Sigma;                                // (8, 3, 16, 24)
        var standardError = 1 / Math.Sqrt(noise.numel());
        Assert.Equal(0, noise.mean().item<float>(), 4 * standardError);
        Assert.Equal(1, noise.std().item<float>(), 4 * standardError);
        Assert.Equal(0, (noise * clean).mean().item<float>() / clean.std().item<float>(), 4 * standardError);
    }

    // Runs a sampler whose networks predict nothing, and returns what the second one was given beside what it should build on.
    private static (Tensor Clean, Tensor Condition, Tensor Time) Condition(DiffusionConfig diffusion, double? asked)
    {
        Tensor? condition = null, time = null;
        Tensor Base(Tensor x, Tensor t, Tensor labels, Tensor? c, Tensor? tU) => zeros_like(x);
        Tensor Residual(Tensor x, Tensor t, Tensor labels, Tensor? c, Tensor? tU)
        {
            (condition, time) = (c!.clone().DetachFromDisposeScope(), tU!.clone().DetachFromDisposeScope());
            return zeros_like(x);
        }
        var sampler = new MsfSampler(_model, diffusion, _statistics, [Base, Residual], CPU);
        var levels = sampler.SampleLevels(new SamplingRequest
        {
            Labels = [0, 1, 2, 3, 4, 0, 1, 2],
            ImageIndices = [0, 1, 2, 3, 4, 5, 6, 7],
            Seed = 2,
            Sampling = new() { ConditionTime = asked, Stages = [new() { Steps = 1 }, new() { Steps = 1 }] },
        }, cancellation: TestContext.Current.CancellationToken);
        var clean = _statistics.StandardizeCondition(1, Resampling.Up(levels[0], [16, 24], _model.Factorization.Upsample));
        return (clean, condition!, time!);
    }
}

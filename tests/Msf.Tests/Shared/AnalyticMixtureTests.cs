using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests;

public sealed class AnalyticMixtureTests
{
    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    [InlineData(PathKind.VariancePreservingDiscrete)]
    public void The_velocity_is_the_derivative_of_the_flow(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var problem = new AnalyticMixture(ProbabilityPath.Create(kind));
        var x = linspace(-2, 2, 9, dtype: ScalarType.Float64);
        const double Step = 1e-4;
        foreach (var t in new[] { 0.2, 0.5, 0.8 })
        {
            var slope = (problem.Flow(x, t, t + Step) - problem.Flow(x, t, t - Step)) / (2 * Step);
            Assert.True(TensorAssert.MaximumDifference(slope, problem.Velocity(x, t)) < 1e-5);
        }
    }

    [Fact]
    public void Data_and_noise_make_up_the_state()
    {
        using var scope = NewDisposeScope();
        var problem = new AnalyticMixture(ProbabilityPath.Create(PathKind.VariancePreservingLinear));
        var x = linspace(-2, 2, 9, dtype: ScalarType.Float64);
        var at = problem.Path.At(0.4);
        var (data, noise) = (problem.Predict(PredictionKind.Data, x, 0.4), problem.Predict(PredictionKind.Noise, x, 0.4));
        Assert.True(TensorAssert.MaximumDifference(data * at.Alpha + noise * at.Sigma, x) < 1e-12);
        var fromField = problem.Field.DataAndNoiseAt(x, 0.4);
        Assert.True(TensorAssert.MaximumDifference(fromField.Data, data) < 1e-10);
    }

    [Fact]
    public void The_flow_of_noise_has_the_moments_of_the_data()
    {
        using var scope = NewDisposeScope();
        var problem = new AnalyticMixture(ProbabilityPath.Create(PathKind.Linear));
        // Normal quantiles, evenly likely.
        var noise = special.erfinv(linspace(-1, 1, 20_001, dtype: ScalarType.Float64)[TensorIndex.Slice(1, -1)] * 0.99999) * Math.Sqrt(2);
        var data = problem.Flow(noise);
        foreach (var order in new[] { 1, 2, 4 })
            Assert.Equal(AnalyticMixture.Moment(order), data.pow(order).mean().item<double>(), 0.004);
    }
}

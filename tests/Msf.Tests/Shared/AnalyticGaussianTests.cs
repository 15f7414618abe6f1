using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>The ruler is measured too: by simulation, which knows no formula, and by differentiating the flow.</summary>
public class AnalyticGaussianTests
{
    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    public void The_velocity_is_the_derivative_of_the_flow(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(kind), 0.7, 0.4);
        var x0 = linspace(-3, 3, 13, dtype: ScalarType.Float64);
        const double step = 1e-6;
        foreach (var t in new[] { 0.05, 0.3, 0.6, 0.9 })
        {
            var derivative = (gaussian.Flow(x0, 0, t + step) - gaussian.Flow(x0, 0, t - step)) / (2 * step);
            Assert.True((derivative - gaussian.Velocity(gaussian.Flow(x0, 0, t), t)).abs().max().item<double>() < 1e-7);
        }
    }

    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    public void The_flow_turns_noise_into_data(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(kind), 0.7, 0.4);
        var noise = linspace(-3, 3, 13, dtype: ScalarType.Float64);
        var data = gaussian.Flow(noise);
        Assert.True((data - (noise * 0.4 + 0.7)).abs().max().item<double>() < 1e-12);
        Assert.True((gaussian.Flow(data, 1, 0) - noise).abs().max().item<double>() < 1e-12);
    }

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Velocity)]
    [InlineData(PathKind.VariancePreservingLinear, PredictionKind.Noise)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data)]
    public void Predictions_are_the_regression_of_simulated_targets(PathKind kind, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var path = ProbabilityPath.Create(kind);
        var gaussian = new AnalyticGaussian(path, 0.7, 0.4);
        const long count = 200_000;
        const double t = 0.6;
        var x1 = randn([count], dtype: ScalarType.Float64, generator: generator) * 0.4 + 0.7;
        var eps = randn([count], dtype: ScalarType.Float64, generator: generator);
        var at = path.At(t);
        var xt = x1 * at.Alpha + eps * at.Sigma;
        var target = prediction switch
        {
            PredictionKind.Velocity => x1 * at.AlphaDerivative + eps * at.SigmaDerivative,
            PredictionKind.Noise => eps,
            _ => x1,
        };
        var error = target - gaussian.Predict(prediction, xt, t);
        var spread = Math.Sqrt(gaussian.IrreducibleLoss(prediction, t));
        var standardError = spread / Math.Sqrt(count);
        Assert.Equal(0, error.mean().item<double>(), 4 * standardError);
        Assert.Equal(0, (error * (xt - xt.mean()) / xt.std()).mean().item<double>(), 4 * standardError);
        Assert.Equal(1, error.std().item<double>() / spread, 0.01);
    }
}

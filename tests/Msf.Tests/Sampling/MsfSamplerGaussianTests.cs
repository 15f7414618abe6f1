using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>
/// A whole sampler with a known answer: exact networks for a Gaussian base and a residual that follows the condition,
/// <c>c | u ~ N(a u, s^2)</c> in standardised units. What comes out must have the mean and the variance that went in.
/// </summary>
public sealed class MsfSamplerGaussianTests
{
    private const int Images = 160;
    private const double BaseMean = 0.3, BaseDeviation = 0.8;
    private const double Follow = 0.5, ResidualDeviation = 0.6;
    private static readonly ModelConfig _model = RandomNetworks.Model(levels: 2, height: 16, width: 12);
    private static readonly ComponentStatistics _statistics = RandomModel.Statistics(_model);

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Velocity)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Velocity)]
    [InlineData(PathKind.Linear, PredictionKind.Data)]
    [InlineData(PathKind.Linear, PredictionKind.Noise)]
    public void Components_have_the_mean_and_the_variance_of_their_target(PathKind path, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        var diffusion = new DiffusionConfig { Path = path, Prediction = prediction, NoiseCondition = false };
        var sampler = new MsfSampler(_model, diffusion, _statistics, [Base(path, prediction), Residual(path, prediction)], CPU);
        var stage = new StageSamplingConfig { Steps = 24, Solver = SolverKind.Heun };
        var levels = sampler.SampleLevels(new SamplingRequest
        {
            Labels = new int[Images],
            ImageIndices = [.. Enumerable.Range(0, Images).Select(i => (long)i)],
            Seed = 5,
            Sampling = new() { Stages = [stage, stage] },
        }, cancellation: TestContext.Current.CancellationToken);

        var up = Resampling.Up(levels[0], [16, 12], _model.Factorization.Upsample);
        var condition = _statistics.StandardizeCondition(1, up);                              // (B, C, H, W)
        var residual = _statistics.StandardizeComponent(1, levels[1] - up);
        var rest = residual - condition * Follow;
        for (var channel = 0; channel < _model.Channels; channel++)
        {
            var restored = levels[0].select(1, channel);
            var (mean, deviation) = (_statistics.Components[0].Mean[channel], _statistics.Components[0].StandardDeviation[channel]);
            Moments($"base {channel}", restored, mean + BaseMean * deviation, BaseDeviation * deviation);
            Moments($"residual {channel}", rest.select(1, channel), 0, ResidualDeviation);
            var slope = (residual * condition).select(1, channel).mean() / condition.select(1, channel).square().mean();
            Assert.Equal(Follow, slope.item<float>(), 0.01);
        }
    }

    // Four standard errors, and 0.5 % for what the solver leaves.
    private static void Moments(string what, Tensor values, double mean, double deviation)
    {
        var standardError = deviation / Math.Sqrt(values.numel());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: mean {values.mean().item<float>():F4} (expected {mean:F4}), deviation {values.std().item<float>():F4} (expected {deviation:F4}), standard error {standardError:F4}");
        Assert.Equal(mean, values.mean().item<float>(), 4 * standardError + 0.002 * deviation);
        Assert.Equal(deviation, values.std().item<float>(), 4 * standardError + 0.005 * deviation);
    }

    private static Denoiser Base(PathKind path, PredictionKind prediction) =>
        new AnalyticGaussian(ProbabilityPath.Create(path), BaseMean, BaseDeviation).Denoiser(prediction);

    // N(a u, s^2) is N(0, s^2) moved by M = a u: x_t by alpha M, and the prediction by what it would be for the data M alone.
    private static Denoiser Residual(PathKind path, PredictionKind prediction) => (x, t, _, condition, _) =>
    {
        using var scope = NewDisposeScope();
        var centred = new AnalyticGaussian(ProbabilityPath.Create(path), 0, ResidualDeviation);
        var time = t[0].item<float>();
        var at = centred.Path.At(time);
        var mean = condition! * Follow;
        var shift = prediction switch { PredictionKind.Data => 1, PredictionKind.Noise => 0, _ => at.AlphaDerivative };
        var moved = centred.Predict(prediction, x - mean * at.Alpha, time) + mean * shift;
        return moved.MoveToOuterDisposeScope();
    };
}

using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class LossWeightingTests
{
    private static readonly LossWeighting _minSnr = new() { Kind = LossWeightingKind.MinSnr };

    [Fact]
    public void Uniform_weighs_nothing()
    {
        using var scope = NewDisposeScope();
        Assert.Null(new LossWeighting().Of(ProbabilityPath.Create(PathKind.Linear), PredictionKind.Velocity, rand(3)));
    }

    // On the linear path SNR = t² / (1 - t)², and an error of the velocity is (1 - t) times as large in the data.
    [Theory]
    [InlineData(PredictionKind.Velocity, 0.0, 0.0)]
    [InlineData(PredictionKind.Velocity, 0.1, 0.01)]
    [InlineData(PredictionKind.Velocity, 0.5, 0.25)]
    [InlineData(PredictionKind.Velocity, 0.8, 0.2)]
    [InlineData(PredictionKind.Velocity, 1.0, 0.0)]
    [InlineData(PredictionKind.Data, 0.5, 1.0)]
    [InlineData(PredictionKind.Data, 0.6, 2.25)]
    [InlineData(PredictionKind.Data, 0.9, 5.0)]
    [InlineData(PredictionKind.Data, 1.0, 5.0)]
    [InlineData(PredictionKind.Noise, 0.0, 1.0)]
    [InlineData(PredictionKind.Noise, 0.5, 1.0)]
    [InlineData(PredictionKind.Noise, 0.9, 5 / 81.0)]
    [InlineData(PredictionKind.Noise, 1.0, 0.0)]
    public void Min_snr_on_the_linear_path_is_the_formula(PredictionKind kind, double t, double expected)
    {
        using var scope = NewDisposeScope();
        var weight = _minSnr.Of(ProbabilityPath.Create(PathKind.Linear), kind, tensor(new[] { t }));
        Assert.Equal(expected, weight!.item<float>(), 1e-6);
    }

    // The velocity of the cosine path is pi / 2 times the v of Salimans and Ho, for which the paper has min(SNR, gamma) / (SNR + 1).
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Min_snr_on_the_cosine_path_is_the_paper_s_for_v(double t)
    {
        using var scope = NewDisposeScope();
        var snr = Math.Pow(Math.Tan(Math.PI * t / 2), 2);
        var weight = _minSnr.Of(ProbabilityPath.Create(PathKind.VariancePreservingCosine), PredictionKind.Velocity, tensor(new[] { t }))!.item<float>();
        Assert.Equal(Math.Min(snr, 5) / (snr + 1), weight * Math.PI * Math.PI / 4, 1e-6);
    }

    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    public void The_weighted_error_is_the_same_whatever_is_predicted(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        var t = tensor(new[] { 0.05f, 0.3f, 0.6f, 0.95f });
        using var generator = new Generator(1);
        var (xt, data, wrong) = (randn([4, 6], generator: generator), randn([4, 6], generator: generator), randn([4, 6], generator: generator));
        Tensor Error(PredictionKind prediction)
        {
            Tensor Of(Tensor x1) => PredictionConversion.Convert(path, PredictionKind.Data, prediction, x1, xt, t);
            return (Of(data) - Of(wrong)).pow(2).mean([1]) * _minSnr.Of(path, prediction, t)!;                // (B,)
        }

        var expected = Error(PredictionKind.Data);
        TensorAssert.Close(expected, Error(PredictionKind.Velocity), 1e-3);
        TensorAssert.Close(expected, Error(PredictionKind.Noise), 1e-3);
    }

    [Fact]
    public void The_loss_is_weighted_and_what_is_reported_of_an_image_is_not()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var labels = zeros(8, ScalarType.Int64);
        var draw = new StageLoss(new DiffusionConfig(), 4).Draw(randn([8, 3, 4, 4], generator: generator), labels, null, generator);
        StageLossResult Of(LossWeighting weighting) =>
            new StageLoss(new DiffusionConfig { Weighting = weighting }, 4).Compute((x, t, y, u, tU) => x * 0.5, draw);
        var (plain, weighted) = (Of(new LossWeighting()), Of(_minSnr with { MinSnrGamma = 2 }));
        Assert.True(TensorAssert.Identical(plain.PerImage, weighted.PerImage));
        Assert.Equal(plain.PerImage.mean().item<float>(), plain.Loss.item<float>(), 1e-6);
        var factors = minimum(draw.Time.pow(2), (1 - draw.Time).pow(2) * 2);
        Assert.Equal((plain.PerImage * factors).mean().item<float>(), weighted.Loss.item<float>(), 1e-6);
    }
}

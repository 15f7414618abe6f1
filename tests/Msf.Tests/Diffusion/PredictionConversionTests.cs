using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class PredictionConversionTests
{
    private const double Margin = PredictionConversion.EndMargin;

    public static TheoryData<PathKind, PredictionKind, PredictionKind> AllNine()
    {
        var data = new TheoryData<PathKind, PredictionKind, PredictionKind>();
        foreach (var path in Enum.GetValues<PathKind>())
            foreach (var from in Enum.GetValues<PredictionKind>())
                foreach (var to in Enum.GetValues<PredictionKind>()) data.Add(path, from, to);
        return data;
    }

    [Theory]
    [MemberData(nameof(AllNine))]
    public void A_true_prediction_gives_the_true_other_one_and_comes_back(PathKind kind, PredictionKind from, PredictionKind to)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        foreach (var t in new[] { 1e-3, 0.1, 0.5, 0.9, 0.999 })
        {
            var (x1, eps, xt) = Point(path, t);
            var (source, wanted) = (Truth(path, from, x1, eps, t), Truth(path, to, x1, eps, t));
            var converted = PredictionConversion.Convert(path, from, to, source, xt, t);
            TensorAssert.Close(wanted, converted, 1e-9);
            TensorAssert.Close(source, PredictionConversion.Convert(path, to, from, converted, xt, t), 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(AllNine))]
    public void Times_per_image_give_what_each_time_gives_alone(PathKind kind, PredictionKind from, PredictionKind to)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var path = ProbabilityPath.Create(kind);
        var t = tensor(new[] { 0f, 0.125f, 0.5f, 0.875f, 1f });
        var (prediction, xt) = (randn([5, 2, 3, 3], generator: generator), randn([5, 2, 3, 3], generator: generator));
        var together = PredictionConversion.Convert(path, from, to, prediction, xt, t);
        Assert.Equal(prediction.shape, together.shape);
        for (var i = 0; i < 5; i++)
        {
            var alone = PredictionConversion.Convert(path, from, to, prediction[i], xt[i], t[i].item<float>());
            Assert.True(isfinite(alone).all().item<bool>());
            TensorAssert.Close(alone, together[i], 1e-5);
        }
    }

    [Fact]
    public void The_named_conversions_convert_to_what_they_name()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.VariancePreservingCosine);
        var (x1, eps, xt) = Point(path, 0.3);
        var v = Truth(path, PredictionKind.Velocity, x1, eps, 0.3);
        var times = full([3], 0.3, dtype: ScalarType.Float64);
        TensorAssert.Close(v, PredictionConversion.ToVelocity(path, PredictionKind.Data, x1, xt, 0.3), 1e-9);
        TensorAssert.Close(v, PredictionConversion.ToVelocity(path, PredictionKind.Noise, eps, xt, times), 1e-5);
        TensorAssert.Close(eps, PredictionConversion.ToNoise(path, PredictionKind.Velocity, v, xt, 0.3), 1e-9);
        TensorAssert.Close(eps, PredictionConversion.ToNoise(path, PredictionKind.Data, x1, xt, times), 1e-5);
        TensorAssert.Close(x1, PredictionConversion.ToData(path, PredictionKind.Noise, eps, xt, 0.3), 1e-9);
        TensorAssert.Close(x1, PredictionConversion.ToData(path, PredictionKind.Velocity, v, xt, times), 1e-5);
    }

    [Fact]
    public void On_the_linear_path_a_velocity_converts_exactly_at_both_ends()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.Linear);
        var (x1, eps, _) = Point(path, 0.5);
        var v = x1 - eps;
        Assert.Equal(0, (PredictionConversion.ToData(path, PredictionKind.Velocity, v, eps, 0.0) - x1).abs().max().item<double>(), 1e-12);
        Assert.Equal(0, (PredictionConversion.ToNoise(path, PredictionKind.Velocity, v, x1, 1.0) - eps).abs().max().item<double>(), 1e-12);
    }

    [Fact]
    public void Only_a_division_moves_t_away_from_an_end()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.Linear);
        var (one, two) = (ones(1, dtype: ScalarType.Float64), full([1], 2, dtype: ScalarType.Float64));
        Assert.Equal((2 - (1 - Margin)) / Margin, PredictionConversion.ToData(path, PredictionKind.Noise, one, two, 0.0).item<double>(), 1e-3);
        Assert.Equal((2 - (1 - Margin)) / Margin, PredictionConversion.ToNoise(path, PredictionKind.Data, one, two, 1.0).item<double>(), 1e-3);
        Assert.Equal(1, PredictionConversion.ToVelocity(path, PredictionKind.Noise, one, two, 1.0).item<double>(), 1e-12);
        Assert.Equal(-1, PredictionConversion.ToVelocity(path, PredictionKind.Data, one, two, 0.0).item<double>(), 1e-12);
        Assert.Equal(1, PredictionConversion.ToData(path, PredictionKind.Data, one, two, 1.0).item<double>());
    }

    [Theory]
    [MemberData(nameof(ProbabilityPathTests.Kinds), MemberType = typeof(ProbabilityPathTests))]
    public void The_score_is_the_gradient_of_the_log_density(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        var gaussian = new AnalyticGaussian(path, 0.7, 0.4);
        var xt = linspace(-2, 2, 9, dtype: ScalarType.Float64).view(9, 1);
        foreach (var t in new[] { 0.1, 0.5, 0.9 })
        {
            var at = path.At(t);
            var expected = -(xt - at.Alpha * 0.7) / (at.Alpha * at.Alpha * 0.16 + at.Sigma * at.Sigma);
            foreach (var from in Enum.GetValues<PredictionKind>())
            {
                var prediction = gaussian.Predict(from, xt, t);
                TensorAssert.Close(expected, PredictionConversion.ToScore(path, from, prediction, xt, t), 1e-9);
                TensorAssert.Close(expected, PredictionConversion.ToScore(path, from, prediction, xt, full([9], t, dtype: ScalarType.Float64)), 1e-5);
            }
        }
        Assert.True(isfinite(PredictionConversion.ToScore(path, PredictionKind.Noise, xt, xt, 1.0)).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(AllNine))]
    public void The_best_predictions_of_a_gaussian_convert_into_each_other(PathKind kind, PredictionKind from, PredictionKind to)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        var gaussian = new AnalyticGaussian(path, -0.3, 1.7);
        var xt = linspace(-2, 2, 9, dtype: ScalarType.Float64);
        foreach (var t in new[] { 0.02, 0.4, 0.98 })
            TensorAssert.Close(
                gaussian.Predict(to, xt, t), PredictionConversion.Convert(path, from, to, gaussian.Predict(from, xt, t), xt, t), 1e-9);
    }

    [Fact]
    public void Targets_are_what_they_are_called()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.Linear);
        var (x1, eps, _) = Point(path, 0.5);
        var t = full([3], 0.5f);
        TensorAssert.Close(x1 - eps, PredictionConversion.Target(path, PredictionKind.Velocity, x1, eps, t), 1e-6);
        TensorAssert.Close(eps, PredictionConversion.Target(path, PredictionKind.Noise, x1, eps, t), 0);
        TensorAssert.Close(x1, PredictionConversion.Target(path, PredictionKind.Data, x1, eps, t), 0);
    }

    [Fact]
    public void Shapes_and_kinds_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.Linear);
        Assert.Throws<ArgumentException>(() => PredictionConversion.ToData(path, PredictionKind.Noise, zeros(2, 3), zeros(2, 4), 0.5));
        Assert.Throws<ArgumentException>(() => PredictionConversion.ToData(path, PredictionKind.Noise, zeros(2, 3), zeros(2, 3), zeros(3)));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PredictionConversion.ToData(path, (PredictionKind)5, zeros(2, 3), zeros(2, 3), 0.5));
    }

    private static (Tensor X1, Tensor Eps, Tensor Xt) Point(ProbabilityPath path, double t)
    {
        using var generator = new Generator(7);
        var x1 = randn([3, 2, 4, 4], dtype: ScalarType.Float64, generator: generator);
        var eps = randn([3, 2, 4, 4], dtype: ScalarType.Float64, generator: generator);
        var at = path.At(t);
        return (x1, eps, x1 * at.Alpha + eps * at.Sigma);
    }

    private static Tensor Truth(ProbabilityPath path, PredictionKind kind, Tensor x1, Tensor eps, double t) => kind switch
    {
        PredictionKind.Velocity => x1 * path.At(t).AlphaDerivative + eps * path.At(t).SigmaDerivative,
        PredictionKind.Noise => eps,
        _ => x1,
    };
}

using Msf.Checkpoints;
using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class ProbabilityPathTests
{
    public static TheoryData<PathKind> Kinds() => new(Enum.GetValues<PathKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Derivatives_agree_with_finite_differences(PathKind kind)
    {
        var path = ProbabilityPath.Create(kind);
        Assert.Equal(kind, path.Kind);
        const double step = 1e-6;
        for (var t = 0.01; t < 0.995; t += 0.01)
        {
            var (before, at, after) = (path.At(t - step), path.At(t), path.At(t + step));
            Assert.Equal((after.Alpha - before.Alpha) / (2 * step), at.AlphaDerivative, 1e-7);
            Assert.Equal((after.Sigma - before.Sigma) / (2 * step), at.SigmaDerivative, 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Paths_run_from_noise_to_data(PathKind kind)
    {
        var path = ProbabilityPath.Create(kind);
        var (noise, data) = (path.At(0), path.At(1));
        Assert.Equal(0, noise.Alpha, kind is PathKind.VariancePreservingLinear or PathKind.VariancePreservingDiscrete ? 0.0066 : 0);
        Assert.Equal(1, noise.Sigma, 3e-5);
        Assert.Equal(1, data.Alpha, 1e-12);
        Assert.Equal(0, data.Sigma, 1e-12);
        for (var percent = 0; percent < 100; percent++)
        {
            var (now, next) = (path.At(percent / 100.0), path.At((percent + 1) / 100.0));
            Assert.True(next.Alpha > now.Alpha && next.Sigma < now.Sigma, $"t = {percent} %");
        }
    }

    [Theory]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    public void Variance_preserving_paths_preserve_variance(PathKind kind)
    {
        var path = ProbabilityPath.Create(kind);
        for (var percent = 0; percent <= 100; percent++)
        {
            var at = path.At(percent / 100.0);
            Assert.Equal(1, at.Alpha * at.Alpha + at.Sigma * at.Sigma, 1e-14);
            if (percent < 100) Assert.Equal(0, at.Alpha * at.AlphaDerivative + at.Sigma * at.SigmaDerivative, 1e-12);
        }
    }

    [Fact]
    public void Sigma_keeps_its_digits_next_to_the_data()
    {
        var sigma = ProbabilityPath.Create(PathKind.VariancePreservingLinear).At(1 - 1e-10).Sigma;
        Assert.Equal(1, sigma * sigma / (0.1 * 1e-10), 1e-6);    // sigma^2 = beta_min s to first order; 1 - 1e-10 itself has 7 digits of s
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tensors_and_numbers_agree(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        var t = linspace(0, 1, 65);
        var tensors = path.At(t);
        for (var i = 0; i < 65; i++)
        {
            var at = path.At(t[i].item<float>());
            Assert.Equal(at.Alpha, tensors.Alpha[i].item<float>(), 1e-7);
            Assert.Equal(at.Sigma, tensors.Sigma[i].item<float>(), 1e-7);
            Assert.Equal(at.AlphaDerivative, tensors.AlphaDerivative[i].item<float>(), 1e-6);
            Assert.Equal(1, at.SigmaDerivative == 0 ? 1 : tensors.SigmaDerivative[i].item<float>() / at.SigmaDerivative, 1e-6);
        }
        Assert.Equal(ScalarType.Float32, tensors.Sigma.dtype);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_image_is_interpolated_at_its_own_time(PathKind kind)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var path = ProbabilityPath.Create(kind);
        var (x1, eps) = (randn([4, 3, 2, 5], generator: generator), randn([4, 3, 2, 5], generator: generator));
        var t = tensor(new[] { 0f, 0.25f, 0.7f, 1f });
        var (xt, v) = (path.Interpolate(x1, eps, t), path.Velocity(x1, eps, t));
        for (var i = 0; i < 4; i++)
        {
            var at = path.At(t[i].item<float>());
            Assert.True((xt[i] - (x1[i] * at.Alpha + eps[i] * at.Sigma)).abs().max().item<float>() < 1e-6);
            var expected = x1[i] * at.AlphaDerivative + eps[i] * at.SigmaDerivative;
            Assert.True(((v[i] - expected) / expected.abs().max()).abs().max().item<float>() < 1e-6);
        }
    }

    [Theory]
    [InlineData("linear", PathKind.Linear)]
    [InlineData("gvp", PathKind.VariancePreservingCosine)]
    [InlineData("vp", PathKind.VariancePreservingLinear)]
    public void Paths_agree_with_the_official_code(string name, PathKind kind)
    {
        using var scope = NewDisposeScope();
        var golden = SafetensorsFile.ReadAll(SharedFiles.Require("golden", "sit", "sit_a_io.safetensors"));
        var path = ProbabilityPath.Create(kind);
        var (x1, eps, t) = (golden["path_x1_data"], golden["path_x0_noise"], golden["path_t"]);
        TensorAssert.Close(golden[$"path_{name}_xt"], path.Interpolate(x1, eps, t), 2e-5, $"sit path {name} xt");
        TensorAssert.Close(golden[$"path_{name}_ut"], path.Velocity(x1, eps, t), 2e-5, $"sit path {name} ut");
        var score = PredictionConversion.ToScore(
            path, PredictionKind.Velocity, golden[$"path_{name}_ut"], golden[$"path_{name}_xt"], t);
        TensorAssert.Close(golden[$"path_{name}_score_from_ut"], score, 2e-5, $"sit path {name} score");
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.Linear);
        Assert.Throws<ArgumentException>(() => path.Interpolate(zeros(2, 3), zeros(2, 4), zeros(2)));
        Assert.Throws<ArgumentException>(() => path.Interpolate(zeros(2, 3), zeros(2, 3), zeros(3)));
        Assert.Throws<ArgumentException>(() => path.Velocity(zeros(2, 3), zeros(2, 3), zeros(2, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProbabilityPath.Create((PathKind)9));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Only_the_results_outlive_the_calls(PathKind kind)
    {
        using var x = ones(2, 3);
        using var t = full([2], 0.5f);
        var path = ProbabilityPath.Create(kind);
        using var scope = NewDisposeScope();
        path.Interpolate(x, x, t);
        path.Velocity(x, x, t);
        Assert.Equal(2, scope.DisposablesCount);
        path.At(t);
        Assert.Equal(6, scope.DisposablesCount);
    }
}

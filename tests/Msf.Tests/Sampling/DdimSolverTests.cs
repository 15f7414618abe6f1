using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class DdimSolverTests
{
    private static readonly ProbabilityPath _linear = ProbabilityPath.Create(PathKind.Linear);

    [Fact]
    public void On_the_linear_path_it_is_Eulers_method()
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(_linear, 0.7, 0.4);
        var noise = linspace(-3, 3, 25, dtype: ScalarType.Float64);
        var times = TimeGrid.Uniform(16);
        var ddim = DdimSolver.Integrate(_linear, Predictor(gaussian, _linear), noise, times);
        Assert.True(TensorAssert.MaximumDifference(ddim, OdeSolver.Integrate(SolverKind.Euler, gaussian.Velocity, noise, times)) < 1e-12);
    }

    [Theory]
    [InlineData(PathKind.VariancePreservingCosine)]
    [InlineData(PathKind.VariancePreservingDiscrete)]
    public void The_error_falls_with_first_order(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(kind);
        var gaussian = new AnalyticGaussian(path, 0.7, 0.4);
        var noise = linspace(-3, 3, 25, dtype: ScalarType.Float64);
        var exact = gaussian.Flow(noise);
        var errors = new[] { 256, 512, 1024 }.Select(steps => TensorAssert.MaximumDifference(
            DdimSolver.Integrate(path, Predictor(gaussian, path), noise, TimeGrid.Uniform(steps)), exact)).ToArray();
        Assert.All(errors.Zip(errors.Skip(1)), pair => Assert.Equal(1, Math.Log2(pair.First / pair.Second), 0.15));
    }

    [Fact]
    public void Fresh_noise_keeps_the_amount_of_noise()
    {
        using var scope = NewDisposeScope();
        // Data 0: what remains is noise alone, whose deviation must be sigma of the next time, however much of it is replaced.
        var path = ProbabilityPath.Create(PathKind.VariancePreservingDiscrete);
        (Tensor, Tensor) Predict(Tensor x, double t) => (zeros_like(x), x / path.At(t).Sigma);
        using var generator = new Generator(3);
        var x = randn([100_000], dtype: ScalarType.Float64, generator: generator) * path.At(0.3).Sigma;
        foreach (var eta in new[] { 0, 0.5, 1 })
        {
            var fresh = randn([100_000], dtype: ScalarType.Float64, generator: generator);
            var next = DdimSolver.Step(path, Predict, x, 0.3, 0.6, eta, fresh);
            Assert.Equal(path.At(0.6).Sigma, next.std().item<double>(), 0.01);
        }
        Assert.Throws<ArgumentException>(() => DdimSolver.Step(path, Predict, x, 0.3, 0.6, 1));
    }

    [Fact]
    public void Steps_are_counted_and_tensors_stay_flat()
    {
        var told = new List<int>();
        using var x = zeros(2);
        LiveTensors.StayFlat(3, () => DdimSolver.Integrate(_linear, (state, _) => (state * 0, state * 1), x, TimeGrid.Uniform(3), told.Add).Dispose());
        Assert.Equal([1, 2, 3], told.Take(3));
        Assert.Throws<ArgumentException>(() => DdimSolver.Integrate(_linear, (state, _) => (state, state), x, [0.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => OdeSolver.Step(SolverKind.Ddim, (state, _) => state, x, 0, 1));
    }

    private static DataAndNoise Predictor(AnalyticGaussian gaussian, ProbabilityPath path) => (x, t) =>
    {
        var velocity = gaussian.Velocity(x, t);
        return (PredictionConversion.ToData(path, PredictionKind.Velocity, velocity, x, t), PredictionConversion.ToNoise(path, PredictionKind.Velocity, velocity, x, t));
    };
}

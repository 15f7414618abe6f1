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
        var ddim = Solve.Over(SolverKind.Ddim, gaussian.Field, noise, times);
        Assert.True(TensorAssert.MaximumDifference(ddim, Solve.Over(SolverKind.Euler, gaussian.Field, noise, times)) < 1e-12);
    }

    [Fact]
    public void Fresh_noise_keeps_the_amount_of_noise()
    {
        using var scope = NewDisposeScope();
        // Data 0: what remains is noise alone, whose deviation must be sigma of the next time, however much of it is replaced.
        var path = ProbabilityPath.Create(PathKind.VariancePreservingDiscrete);
        var field = Solve.Field((x, t) => x * (path.At(t).SigmaDerivative / path.At(t).Sigma), path.Kind);
        using var generator = new Generator(3);
        var x = randn([100_000], dtype: ScalarType.Float64, generator: generator) * path.At(0.3).Sigma;
        foreach (var eta in new[] { 0, 0.5, 1 })
        {
            var next = Solve.Over(
                SolverKind.Ddim, field, x, [0.3, 0.6], path.Kind, new() { Eta = eta }, _ => randn([100_000], dtype: ScalarType.Float64, generator: generator));
            Assert.Equal(path.At(0.6).Sigma, next.std().item<double>(), 0.01);
        }
        Assert.Throws<ArgumentException>(() => Solver.Create(SolverKind.Ddim, path, field, new() { Eta = 1 }));
    }
}

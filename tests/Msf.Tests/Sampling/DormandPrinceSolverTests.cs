using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class DormandPrinceSolverTests
{
    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    [InlineData(PathKind.VariancePreservingDiscrete)]
    public void The_error_follows_the_tolerance(PathKind path)
    {
        using var scope = NewDisposeScope();
        foreach (var problem in SolverOrders.Problems(path))
        {
            var (errors, calls) = (new List<double>(), new List<int>());
            foreach (var tolerance in new[] { 1e-3, 1e-5, 1e-7 })
            {
                var count = 0;
                var counting = new Counting(problem, () => count++);
                errors.Add(SolverOrders.Error(SolverKind.Dopri5, counting, [0.02, 0.95], Options(tolerance)));
                calls.Add(count);
            }
            TestContext.Current.TestOutputHelper?.WriteLine($"{path} {problem.GetType().Name}: errors {string.Join(" ", errors.Select(e => $"{e:E1}"))}, evaluations {string.Join(" ", calls)}");
            Assert.All(errors.Zip([1e-3, 1e-5, 1e-7]), pair => Assert.InRange(pair.First, pair.Second * 1e-3, pair.Second * 20));
            // Two decades of tolerance: 10^(2/5) = 2.5 times the steps, as the order is 5.
            Assert.InRange((double)calls[2] / calls[1], 1.7, 3);
        }
    }

    [Theory]
    [InlineData(PathKind.Linear, 2e-3)]
    [InlineData(PathKind.VariancePreservingLinear, 5e-3)]
    [InlineData(PathKind.VariancePreservingCosine, 2e-3)]
    [InlineData(PathKind.VariancePreservingDiscrete, 5e-3)]
    public void It_reaches_the_data(PathKind path, double tolerance)
    {
        foreach (var problem in SolverOrders.Problems(path))
            Assert.InRange(SolverOrders.Error(SolverKind.Dopri5, problem, [0, 1], Options(1e-4)), 0, tolerance);
    }

    [Fact]
    public void An_image_does_not_depend_on_those_beside_it()
    {
        using var scope = NewDisposeScope();
        var problem = new AnalyticMixture(ProbabilityPath.Create(PathKind.Linear));
        var images = linspace(-3, 3, 12, dtype: ScalarType.Float64).reshape(4, 3);
        var together = Solve.Over(SolverKind.Dopri5, problem.Field, images, [0, 0.4, 1]);
        for (var i = 0; i < 4; i++)
            Assert.True(TensorAssert.Identical(Solve.Over(SolverKind.Dopri5, problem.Field, images.narrow(0, i, 1), [0, 0.4, 1]), together.narrow(0, i, 1)));
    }

    [Fact]
    public void What_cannot_be_integrated_is_told_in_one_line_and_a_stop_is_heard()
    {
        using var scope = NewDisposeScope();
        var wild = Solve.Field((x, t) => x * double.NaN);
        var error = Assert.Throws<InvalidDataException>(() => Solve.Over(SolverKind.Dopri5, wild, ones(1, 2), [0, 1]));
        Assert.Contains("dopri5 took", error.Message, StringComparison.Ordinal);
        using var solver = Solver.Create(SolverKind.Dopri5, ProbabilityPath.Create(PathKind.Linear), wild);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        solver.Cancellation = stop.Token;
        Assert.Throws<OperationCanceledException>(() => solver.Step(ones(1, 2), 0, 1));
    }

    private static SolverOptions Options(double tolerance) => new() { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };

    private sealed class Counting(IAnalyticFlow problem, Action called) : IAnalyticFlow
    {
        public ProbabilityPath Path => problem.Path;

        public VelocityField Field { get; } = new(problem.Path, (x, t) =>
        {
            called();
            return problem.Field.At(x, t);
        });

        public Tensor Flow(Tensor x, double from, double to) => problem.Flow(x, from, to);
    }
}

using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Every solver converges with its order, on every path, for a linear and a nonlinear problem with a known answer.</summary>
public sealed class SolverOrderTests
{
    public static TheoryData<SolverKind, PathKind> Cases()
    {
        var cases = new TheoryData<SolverKind, PathKind>();
        foreach (var solver in SolverOrders.Deterministic)
            foreach (var path in Enum.GetValues<PathKind>()) cases.Add(solver, path);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Between_the_ends_the_error_falls_with_the_order_of_the_solver(SolverKind solver, PathKind path)
    {
        var order = solver switch { SolverKind.Euler or SolverKind.Ddim => 1, SolverKind.UniPc => 3, _ => 2 };
        foreach (var problem in SolverOrders.Problems(path))
        {
            // The third order shows later.
            var steps = solver == SolverKind.UniPc ? 256 : 64;
            var errors = new[] { steps, 2 * steps }.Select(n => SolverOrders.Error(solver, problem, SolverOrders.Between(0.1, 0.9, n))).ToArray();
            var measured = SolverOrders.Order(errors[0], errors[1]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{solver} {path} {problem.GetType().Name}: {errors[0]:E2} {errors[1]:E2}, order {measured:F2}");
            Assert.InRange(measured, order - 0.25, order + 0.5);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void From_noise_to_data_the_error_falls_with_every_halving_of_the_steps(SolverKind solver, PathKind path)
    {
        var grid = new TimeGridConfig { Kind = TimeGridKind.Quadratic };
        foreach (var problem in SolverOrders.Problems(path))
        {
            var errors = new[] { 16, 64 }.Select(steps => SolverOrders.Error(solver, problem, TimeGrid.Continuous(path, steps, grid, 1))).ToArray();
            TestContext.Current.TestOutputHelper?.WriteLine($"{solver} {path} {problem.GetType().Name}: {errors[0]:E2} {errors[1]:E2}, order {SolverOrders.Order(errors[0], errors[1]) / 2:F2}");
            Assert.InRange(SolverOrders.Order(errors[0], errors[1]) / 2, 0.8, 4);
            Assert.InRange(errors[1], 0, 0.06);
        }
    }

    [Theory]
    [InlineData(1, UniPcVariant.Bh2, 2)]
    [InlineData(2, UniPcVariant.Bh1, 3)]
    [InlineData(3, UniPcVariant.Bh2, 4)]
    [InlineData(3, UniPcVariant.Bh1, 4)]
    public void UniPC_is_one_order_better_than_its_predictor(int order, UniPcVariant variant, double expected)
    {
        var problem = SolverOrders.Problems(PathKind.Linear)[0];
        var options = new SolverOptions { Order = order, Variant = variant };
        var errors = new[] { 128, 256 }.Select(steps => SolverOrders.Error(SolverKind.UniPc, problem, SolverOrders.Between(0.1, 0.9, steps), options)).ToArray();
        Assert.InRange(SolverOrders.Order(errors[0], errors[1]), expected - 0.3, expected + 0.5);
    }

    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    [InlineData(PathKind.VariancePreservingDiscrete)]
    public void Mean_and_variance_of_stochastic_solvers_converge_with_first_order(PathKind path)
    {
        foreach (var (name, kind, options) in SolverOrders.Stochastic)
        {
            var errors = new[] { 128, 256 }.Select(steps => SolverOrders.WeakError(kind, path, SolverOrders.Between(0.1, 0.7, steps), options)).ToArray();
            var order = SolverOrders.Order(errors[0], errors[1]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} {path}: {errors[0]:E2} {errors[1]:E2}, weak order {order:F2}");
            Assert.InRange(order, 0.85, 1.2);
        }
    }

    [Theory]
    [InlineData(DiffusionForm.Constant)]
    [InlineData(DiffusionForm.Sbdm)]
    [InlineData(DiffusionForm.Linear)]
    [InlineData(DiffusionForm.Decreasing)]
    [InlineData(DiffusionForm.IncreasingDecreasing)]
    public void Every_diffusion_coefficient_gives_the_same_distribution(DiffusionForm form)
    {
        foreach (var norm in new[] { 0.5, 1 })
        {
            var options = new SolverOptions { Diffusion = form, DiffusionNorm = norm };
            var errors = new[] { 200, 400 }.Select(steps => SolverOrders.WeakError(SolverKind.EulerMaruyama, PathKind.Linear, SolverOrders.Between(0.1, 0.7, steps), options)).ToArray();
            Assert.InRange(errors[1], 0, 0.02);
            Assert.InRange(SolverOrders.Order(errors[0], errors[1]), 0.8, 1.3);
        }
    }

    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    [InlineData(PathKind.VariancePreservingDiscrete)]
    public void Stochastic_solvers_bring_noise_to_the_moments_of_a_mixture(PathKind path)
    {
        using var scope = NewDisposeScope();
        const int Count = 20_000;
        var problem = new AnalyticMixture(ProbabilityPath.Create(path));
        using var generator = new Generator(11);
        foreach (var (name, kind, options) in SolverOrders.Stochastic)
        {
            // Variance-preserving paths change faster near the data.
            var steps = problem.Path.VelocityIsInfiniteAtData ? 400 : 100;
            var times = new StageSamplingConfig { Steps = steps, Solver = kind, SolverOptions = options with { LastStepSize = 1.0 / steps } }.Times(path);
            var noise = randn([Count], dtype: ScalarType.Float64, generator: generator);
            using var solver = Solver.Create(kind, problem.Path, problem.Field, options, _ => randn([Count], dtype: ScalarType.Float64, generator: generator));
            var data = solver.Integrate(noise, times);
            foreach (var order in new[] { 1, 2, 4 })
            {
                var (expected, actual) = (AnalyticMixture.Moment(order), data.pow(order).mean().item<double>());
                TestContext.Current.TestOutputHelper?.WriteLine($"{name} {path}: moment {order} {actual:F4}, expected {expected:F4}");
                Assert.Equal(expected, actual, 0.03 * order);
            }
        }
    }
}

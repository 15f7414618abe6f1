using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class SolverTests
{
    private static readonly VelocityField _constant = Solve.Field((x, _) => zeros_like(x) + 2);

    [Fact]
    public void A_straight_flow_is_exact_in_one_step()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, -1]);
        foreach (var solver in Enum.GetValues<SolverKind>().Where(kind => kind != SolverKind.EulerMaruyama))
            Assert.All(Solve.Over(solver, _constant, x, [0, 1], noise: _ => zeros_like(x)).data<double>().ToArray().Zip([3.0, 1.0]), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    [Fact]
    public void Heun_averages_the_slopes_at_both_ends_of_the_step()
    {
        using var scope = NewDisposeScope();
        var times = new List<double>();
        Tensor Field(Tensor x, double t)
        {
            times.Add(t);
            return x * t;
        }
        // k1 = 4 * 0.5 = 2; Euler gives 4.5; k2 = 4.5 * 0.75 = 3.375; the mean 2.6875 over 0.25.
        using var end = Solve.Over(SolverKind.Heun, Solve.Field(Field), tensor([4.0]), [0.5, 0.75]);
        Assert.Equal(4.671875, end.item<double>());
        Assert.Equal([0.5, 0.75], times);
    }

    [Fact]
    public void Every_step_is_told_and_may_stop()
    {
        using var scope = NewDisposeScope();
        var told = new List<int>();
        Solve.Over(SolverKind.Euler, _constant, zeros(2), TimeGrid.Uniform(4), stepped: told.Add);
        Assert.Equal([1, 2, 3, 4], told);
        Assert.Throws<OperationCanceledException>(() =>
        {
            Solve.Over(SolverKind.Euler, _constant, zeros(2), TimeGrid.Uniform(4), stepped: step =>
            {
                told.Add(-step);
                if (step == 2) throw new OperationCanceledException();
            });
        });
        Assert.Equal([1, 2, 3, 4, -1, -2], told);
    }

    [Fact]
    public void The_start_is_neither_changed_nor_kept()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3);
        LiveTensors.StayFlat(10, () => Solve.Over(SolverKind.Heun, _constant, x, TimeGrid.Uniform(3)).Dispose());
        Assert.Equal([0f, 0, 0], x.data<float>().ToArray());
    }

    public static TheoryData<SolverKind, double> All()
    {
        var all = new TheoryData<SolverKind, double>();
        foreach (var kind in Enum.GetValues<SolverKind>()) all.Add(kind, 0);
        all.Add(SolverKind.Ddim, 0.7);
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_pause_between_two_steps_changes_nothing_and_leaves_nothing_behind(SolverKind kind, double eta)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.VariancePreservingCosine);
        var field = new AnalyticMixture(path).Field;
        var x = linspace(-3, 3, 8, dtype: ScalarType.Float64).reshape(2, 4);
        var times = TimeGrid.Uniform(6);
        Tensor Fresh(int step) => full_like(x, step + 1.0);
        var options = new SolverOptions { Eta = eta };
        var whole = Solve.Over(kind, field, x, times, path.Kind, options, Fresh);
        var told = new List<int>();
        LiveTensors.StayFlat(2, () =>
        {
            told.Clear();
            using var inner = NewDisposeScope();
            using var solver = Solver.Create(kind, path, field, options, Fresh);
            var tau = solver.Integrate(x, times.AsSpan(0, 4), told.Add);
            Assert.Equal(3, solver.StepsTaken);
            var end = solver.Integrate(tau, times.AsSpan(3), told.Add);
            Assert.True(TensorAssert.Identical(whole, end));
        });
        Assert.Equal([1, 2, 3, 4, 5, 6], told);
        using var other = Solver.Create(kind, path, field, options, Fresh);
        other.Integrate(x, times.AsSpan(0, 3));
        // Going on from elsewhere is going on anew: what was remembered does not count.
        var (anew, resumed) = (Solve.Over(kind, field, x, [0.5, 0.7], path.Kind, options, _ => zeros_like(x)), kind is SolverKind.Ddpm or SolverKind.EulerMaruyama || eta > 0 ? null : other.Step(x, 0.5, 0.7));
        if (resumed is not null) Assert.True(TensorAssert.Identical(anew, resumed));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_network_is_evaluated_when_the_cost_says(SolverKind kind, double eta)
    {
        using var scope = NewDisposeScope();
        foreach (var path in Enum.GetValues<PathKind>())
        {
            var seen = new List<double>();
            var problem = new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, 0.4);
            var field = new VelocityField(problem.Path, (x, t) =>
            {
                seen.Add(t);
                return problem.Velocity(x, t);
            });
            var stage = new StageSamplingConfig { Steps = 5, Solver = kind, SolverOptions = new() { Eta = eta } };
            var x = zeros(1, 2, ScalarType.Float64) + 0.3;
            Solve.Over(kind, field, x, stage.Times(path), path, stage.SolverOptions, _ => ones_like(x));
            var expected = SolverCost.EvaluationTimes(kind, problem.Path, stage.Times(path), stage.SolverOptions);
            // What is adaptive can't be known beforehand.
            if (kind == SolverKind.Dopri5) Assert.InRange(seen.Count, expected.Count / 2, expected.Count * 2);
            else Assert.Equal(expected, seen);
            Assert.Equal(expected.Count, stage.Forwards(path));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Where_data_is_clipped_the_flow_ends_at_the_limit(SolverKind kind, double eta)
    {
        using var scope = NewDisposeScope();
        foreach (var path in Enum.GetValues<PathKind>())
        {
            // Heun's slope at the last of DiT's respaced steps, where sigma is 0.01, is too steep for a step from the one before.
            if (kind == SolverKind.Heun && path == PathKind.VariancePreservingDiscrete) continue;
            var field = new AnalyticGaussian(ProbabilityPath.Create(path), 3, 0.1).Field;
            var x = zeros(1, 2, ScalarType.Float64) + 0.3;
            var stage = new StageSamplingConfig { Steps = 8, Solver = kind, SolverOptions = new() { Eta = eta, Clip = 1.5, LastStep = LastStep.Tweedie } };
            var end = Solve.Over(kind, field, x, stage.Times(path), path, stage.SolverOptions, _ => zeros_like(x));
            Assert.All(end.data<double>().ToArray(), value => Assert.Equal(1.5, value, kind is SolverKind.Euler or SolverKind.Heun ? 0.1 : 0.01));
        }
    }

    [Fact]
    public void What_needs_noise_says_so()
    {
        foreach (var kind in new[] { SolverKind.Ddpm, SolverKind.EulerMaruyama })
            Assert.Contains("stochastic", Assert.Throws<ArgumentException>(() => Solver.Create(kind, ProbabilityPath.Create(PathKind.Linear), _constant)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Solver.Create((SolverKind)99, ProbabilityPath.Create(PathKind.Linear), _constant));
    }

    [Theory]
    [InlineData(LastStep.Mean)]
    [InlineData(LastStep.Euler)]
    [InlineData(LastStep.None)]
    public void The_last_step_of_Euler_Maruyama_is_what_was_asked_for(LastStep last)
    {
        using var scope = NewDisposeScope();
        // Linear path, v = 2, t = 0.6, h = 0.4, x = 1.2: eps = x - t v = 0, data = x + (1 - t) v = 2; with x = 1.2 the score is 0.
        // For x = 1.0: eps = x - t v = -0.2, score 0.5, w = sigma = 0.4: the mean is x + 0.4 (2 + 0.2).
        var x = tensor([1.2]);
        var options = new SolverOptions { LastStep = last };
        var end = Solve.Over(SolverKind.EulerMaruyama, _constant, x, [0.6, 1], options: options, noise: _ => ones_like(x)).item<double>();
        Assert.Equal(last == LastStep.None ? 2 + Math.Sqrt(2 * 0.4 * 0.4) : 2, end, 1e-9);
        var other = Solve.Over(SolverKind.EulerMaruyama, _constant, tensor([1.0]), [0.6, 1], options: options, noise: _ => zeros_like(x)).item<double>();
        Assert.Equal(last == LastStep.Euler ? 1.8 : 1 + 0.4 * 2.2, other, 1e-9);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0.5, 0.4)]
    [InlineData(-0.1, 0.4)]
    [InlineData(0.5, 1.1)]
    [InlineData(double.NaN, 0.5)]
    public void Times_that_do_not_rise_are_refused(double t, double next)
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => { Solve.Over(SolverKind.Euler, _constant, zeros(2), [t, next]); });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_grid_without_a_step_is_refused(int times)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => { Solve.Over(SolverKind.Euler, _constant, zeros(2), new double[times]); });
        Assert.Contains("at least two", error.Message, StringComparison.Ordinal);
    }
}

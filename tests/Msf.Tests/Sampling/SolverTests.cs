using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class SolverTests
{
    private static readonly VelocityField _constant = Solve.Field((x, _) => zeros_like(x) + 2);

    [Theory]
    [InlineData(SolverKind.Euler, PathKind.Linear, 1, 1)]
    [InlineData(SolverKind.Euler, PathKind.VariancePreservingCosine, 1, 1)]
    [InlineData(SolverKind.Euler, PathKind.Linear, 3, 1)]
    [InlineData(SolverKind.Heun, PathKind.Linear, 1, 2)]
    [InlineData(SolverKind.Heun, PathKind.VariancePreservingCosine, 1, 2)]
    [InlineData(SolverKind.Heun, PathKind.Linear, 3, 2)]
    public void The_error_falls_with_the_order_of_the_solver(SolverKind solver, PathKind path, double shift, double order)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, 0.4);
        var noise = linspace(-3, 3, 25, dtype: ScalarType.Float64);
        var exact = gaussian.Flow(noise);
        double Error(int steps) =>
            TensorAssert.MaximumDifference(Solve.Over(solver, gaussian.Field, noise, TimeGrid.Uniform(steps, shift), path), exact);

        var errors = new[] { 256, 512, 1024 }.Select(Error).ToArray();
        var slopes = errors.Zip(errors.Skip(1), (coarse, fine) => Math.Log2(coarse / fine)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{solver} {path} shift {shift}: errors {errors[0]:E1} to {errors[2]:E1}, orders {slopes[0]:F3} {slopes[1]:F3}");
        Assert.All(slopes, slope => Assert.Equal(order, slope, 0.15));
    }

    [Fact]
    public void A_straight_flow_is_exact_in_one_step()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, -1]);
        foreach (var solver in Enum.GetValues<SolverKind>())
            Assert.Equal([3.0, 1.0], Solve.Over(solver, _constant, x, [0, 1]).data<double>().ToArray());
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

    [Theory]
    [InlineData(SolverKind.Euler, 1)]
    [InlineData(SolverKind.Heun, 2)]
    public void A_step_costs_as_many_evaluations_as_it_says(SolverKind solver, int evaluations)
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        Tensor Field(Tensor x, double t)
        {
            calls++;
            return zeros_like(x);
        }
        Solve.Over(solver, Solve.Field(Field), zeros(2), TimeGrid.Uniform(7));
        Assert.Equal(7 * evaluations, calls);
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

    [Theory]
    [InlineData(SolverKind.Euler, 0)]
    [InlineData(SolverKind.Heun, 0)]
    [InlineData(SolverKind.Ddim, 0)]
    [InlineData(SolverKind.Ddim, 0.7)]
    public void A_pause_between_two_steps_changes_nothing(SolverKind kind, double eta)
    {
        using var scope = NewDisposeScope();
        var path = ProbabilityPath.Create(PathKind.VariancePreservingCosine);
        var field = new AnalyticGaussian(path, 0.7, 0.4).Field;
        var x = linspace(-3, 3, 8, dtype: ScalarType.Float64);
        var times = TimeGrid.Uniform(6);
        Tensor Fresh(int step) => full_like(x, step + 1.0);
        var options = new SolverOptions { Eta = eta };
        var whole = Solve.Over(kind, field, x, times, path.Kind, options, Fresh);
        using var solver = Solver.Create(kind, path, field, options, Fresh);
        var told = new List<int>();
        var tau = solver.Integrate(x, times.AsSpan(0, 4), told.Add);
        Assert.Equal(3, solver.StepsTaken);
        var end = solver.Integrate(tau, times.AsSpan(3), told.Add);
        Assert.Equal([1, 2, 3, 4, 5, 6], told);
        Assert.True(TensorAssert.Identical(whole, end));
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

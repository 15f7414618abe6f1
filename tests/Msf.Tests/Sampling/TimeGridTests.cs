using CsCheck;
using Msf.Diffusion;
using Msf.Sampling;

namespace Msf.Tests.Sampling;

public sealed class TimeGridTests
{
    [Fact]
    public void Grids_rise_from_noise_to_data() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0.05, 20]).Sample((steps, shift) =>
        {
            var times = TimeGrid.Uniform(steps, shift);
            Assert.Equal(steps + 1, times.Length);
            Assert.Equal(0, times[0]);
            Assert.Equal(1, times[^1]);
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        });

    [Fact]
    public void Without_a_shift_all_steps_are_equal() => Assert.Equal([0, 0.25, 0.5, 0.75, 1], TimeGrid.Uniform(4));

    [Theory]
    [InlineData(3, 0.25)]
    [InlineData(1.0 / 3, 0.75)]
    public void A_shift_moves_the_middle_of_the_grid(double shift, double middle) => Assert.Equal(middle, TimeGrid.Uniform(2, shift)[1], 1e-12);

    [Fact]
    public void The_inverse_shift_mirrors_the_grid()
    {
        var (there, back) = (TimeGrid.Uniform(7, 4), TimeGrid.Uniform(7, 0.25));
        for (var i = 0; i <= 7; i++) Assert.Equal(1 - there[7 - i], back[i], 1e-12);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3, 1)]
    [InlineData(4, 0)]
    [InlineData(4, -1)]
    [InlineData(4, double.NaN)]
    [InlineData(4, double.PositiveInfinity)]
    [InlineData(1, double.PositiveInfinity)]
    public void Bad_arguments_are_refused(int steps, double shift) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => { TimeGrid.Uniform(steps, shift); });

    [Fact]
    public void Every_grid_rises_from_noise_to_data_on_every_path() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0.2, 5], Gen.Double[1, 15], Gen.Int[0, 3].Select(i => (PathKind)i), Gen.Int[0, 3].Select(i => _families[i])).Sample(
            (steps, shift, rho, path, kind) =>
            {
                var times = TimeGrid.Of(path, steps, new TimeGridConfig { Kind = kind, Rho = rho }, shift);
                Assert.Equal((steps + 1, 0, 1), (times.Length, times[0], times[^1]));
                Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First < pair.Second));
                if (path == PathKind.VariancePreservingDiscrete) Assert.All(times, t => Assert.Equal(Math.Round(t * 1000), t * 1000, 1e-9));
            }, iter: 400);

    [Theory]
    [InlineData(PathKind.Linear)]
    [InlineData(PathKind.VariancePreservingLinear)]
    [InlineData(PathKind.VariancePreservingCosine)]
    public void Grids_by_sigma_have_the_values_of_their_formula(PathKind path)
    {
        var coefficients = ProbabilityPath.Create(path);
        double Sigma(double t) => coefficients.At(t).Sigma / coefficients.At(t).Alpha;
        var edm = TimeGrid.Of(path, 6, new TimeGridConfig { Kind = TimeGridKind.Edm });
        var logarithmic = TimeGrid.Of(path, 6, new TimeGridConfig { Kind = TimeGridKind.LogSnr, SigmaMinimum = 0.01, SigmaMaximum = 10 });
        for (var i = 1; i < 6; i++)
        {
            // Karras et al. 2022, eq. 5, with N = 6, sigma_max = 80, sigma_min = 0.002, rho = 7.
            var expected = Math.Pow(Math.Pow(80, 1 / 7.0) + i / 5.0 * (Math.Pow(0.002, 1 / 7.0) - Math.Pow(80, 1 / 7.0)), 7);
            Assert.Equal(1, Sigma(edm[i]) / expected, 1e-6);
            Assert.Equal(1, Sigma(logarithmic[i]) / (10 * Math.Pow(0.001, i / 5.0)), 1e-6);
        }
    }

    [Fact]
    public void The_quadratic_grid_shrinks_towards_the_data() =>
        Assert.Equal([0, 0.4375, 0.75, 0.9375, 1], TimeGrid.Of(PathKind.Linear, 4, new TimeGridConfig { Kind = TimeGridKind.Quadratic }));

    [Fact]
    public void Given_times_are_taken_as_they_are_and_as_whole_steps_of_a_discrete_path()
    {
        var grid = new TimeGridConfig { Kind = TimeGridKind.Explicit, Times = [0, 0.1234, 0.9999, 1] };
        Assert.Equal([0, 0.1234, 0.9999, 1], TimeGrid.Of(PathKind.Linear, 3, grid, shift: 3));
        Assert.Equal([0, 0.123, 0.999, 1], TimeGrid.Of(PathKind.VariancePreservingDiscrete, 3, grid));
    }

    [Theory]
    [InlineData(1, new[] { 0.0, 1 })]
    [InlineData(4, new[] { 0, 0.32, 0.64, 0.96, 1 })]
    public void Euler_Maruyama_ends_with_a_step_of_its_own_length(int steps, double[] expected)
    {
        var stage = new StageSamplingConfig { Steps = steps, Solver = SolverKind.EulerMaruyama };
        foreach (var path in Enum.GetValues<PathKind>())
            Assert.All(stage.Times(path).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        var own = stage with { SolverOptions = new() { LastStepSize = 0 } };
        Assert.Equal(TimeGrid.Uniform(steps), own.Times(PathKind.Linear));
    }

    [Theory]
    [InlineData(TimeGridKind.Explicit, null, "must rise")]
    [InlineData(TimeGridKind.Explicit, new[] { 0, 0.5, 0.5, 1 }, "must rise")]
    [InlineData(TimeGridKind.Explicit, new[] { 0.1, 0.5, 0.7, 1 }, "must rise")]
    [InlineData(TimeGridKind.Explicit, new[] { 0, 0.5, 0.7, 0.9 }, "must rise")]
    [InlineData(TimeGridKind.Explicit, new[] { 0, double.NaN, 0.7, 1 }, "must rise")]
    [InlineData(TimeGridKind.Explicit, new[] { 0, 0.5, 1 }, "has 3 times, that is 2 steps, and steps is 3")]
    [InlineData(TimeGridKind.Edm, new[] { 0, 0.5, 0.7, 1 }, "has times and is of kind Edm")]
    [InlineData((TimeGridKind)9, null, "grid kind is 9, expected one of Uniform")]
    public void A_grid_that_makes_no_sense_is_refused_in_one_line(TimeGridKind kind, double[]? times, string error)
    {
        var stage = new StageSamplingConfig { Steps = 3, Grid = new() { Kind = kind, Times = times } };
        Assert.Contains(error, Assert.Single(stage.Validate()), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => { stage.Times(PathKind.Linear); });
    }

    [Theory]
    [InlineData(0, 0.002, 80)]
    [InlineData(double.NaN, 0.002, 80)]
    [InlineData(7, 0, 80)]
    [InlineData(7, 2, 80)]
    [InlineData(7, 0.002, 1)]
    [InlineData(7, 0.002, double.PositiveInfinity)]
    public void Parameters_out_of_range_are_refused(double rho, double least, double most) =>
        Assert.Single(new TimeGridConfig { Kind = TimeGridKind.Edm, Rho = rho, SigmaMinimum = least, SigmaMaximum = most }.Validate(3));

    private static readonly TimeGridKind[] _families = [TimeGridKind.Uniform, TimeGridKind.Quadratic, TimeGridKind.Edm, TimeGridKind.LogSnr];
}

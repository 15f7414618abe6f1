using CsCheck;
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
}

using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class EqualQualityTests
{
    // distance = 100 / cost: a straight line through logarithms.
    private static readonly (double, double)[] _curve = [(1, 100), (4, 25), (16, 6.25)];

    [Theory]
    [InlineData(50, 2)]
    [InlineData(25, 4)]
    [InlineData(10, 10)]
    [InlineData(6.25, 16)]
    public void Between_two_points_the_cost_is_on_the_line_through_their_logarithms(double distance, double cost)
    {
        var found = EqualQuality.CostOf(_curve, distance);
        Assert.Equal(cost, found!.Value.Cost, 1e-9);
        Assert.False(found.Value.IsBound);
    }

    [Fact]
    public void What_the_first_point_reaches_already_costs_that_at_most_and_what_none_reaches_has_no_cost()
    {
        Assert.Equal((1, true), EqualQuality.CostOf(_curve, 200));
        Assert.Null(EqualQuality.CostOf(_curve, 6));
        Assert.Null(EqualQuality.CostOf([], 6));
    }

    [Fact]
    public void A_curve_that_rises_again_counts_from_where_it_first_was_good_enough() =>
        Assert.Equal(2, EqualQuality.CostOf([(1, 100), (4, 25), (16, 60)], 50)!.Value.Cost, 1e-9);
}

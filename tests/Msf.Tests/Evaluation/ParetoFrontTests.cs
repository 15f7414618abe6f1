using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class ParetoFrontTests
{
    [Fact]
    public void The_front_is_what_nothing_beats()
    {
        TuningMeasurement[] all = [Of(3, 5), Of(1, 9), Of(2, 9), Of(2, 7), Of(4, 6), Of(4, 3)];
        Assert.Equal([Of(1, 9), Of(2, 7), Of(3, 5), Of(4, 3)], ParetoFront.Of(all), Same);
        var layers = ParetoFront.Layers(all);
        Assert.Equal(2, layers.Count);
        Assert.Equal([Of(2, 9), Of(4, 6)], layers[1], Same);
        Assert.Empty(ParetoFront.Of([]));
    }

    [Fact]
    public void Errors_that_settings_share_cancel_in_their_difference()
    {
        var (a, b) = (Of(1, 10, 1, 2, 3, 4), Of(1, 8, 1.1, 1.9, 3, 4));
        Assert.Equal(Math.Sqrt(0.75 * 5), a.StandardError, 1e-12);
        Assert.Equal(Math.Sqrt(0.75 * 0.02), a.ErrorOfDifference(b), 1e-12);
        Assert.Equal(0, Of(1, 10).StandardError);
    }

    [Fact]
    public void A_distance_within_the_noise_is_not_clearly_beaten()
    {
        var (worse, better) = (Of(2, 10, 9, 11, 10, 10), Of(2, 9, 9, 9, 9, 9));
        var error = worse.ErrorOfDifference(better);
        Assert.True(error > 1);
        Assert.True(ParetoFront.IsClearlyBeaten(worse, [better], 0.5));
        Assert.False(ParetoFront.IsClearlyBeaten(worse, [better], 1));
        Assert.False(ParetoFront.IsClearlyBeaten(worse, [Of(3, 1)], 0));                       // better, and dearer
    }

    private static TuningMeasurement Of(long cost, double distance, params double[] without) => new()
    {
        Sampling = KnownObjective.Own,
        Count = 64,
        Distance = distance,
        Without = without,
        MultiplyAdds = cost,
        SecondsPerImage = cost,
    };

    private static bool Same(TuningMeasurement a, TuningMeasurement b) => (a.MultiplyAdds, a.Distance) == (b.MultiplyAdds, b.Distance);
}

using Msf.Training;

namespace Msf.Tests.Training;

public class LearningRatesTests
{
    private static readonly TrainingConfig _config = new() { MaxImages = 1, BatchSize = 10, WarmupImages = 0, LearningRate = 0.5 };

    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(40, 0.25)]
    [InlineData(80, 0.45)]
    [InlineData(90, 0.5)]
    [InlineData(1_000_000, 0.5)]
    public void Warm_up_rises_linearly_from_the_first_step_on(long images, double expected) =>
        Assert.Equal(expected, LearningRates.At(_config with { WarmupImages = 90 }, images, 1000), 1e-12);

    [Theory]
    [InlineData(0, 0, 0.5)]
    [InlineData(0, 250, 0.42677669529663687)]                                                 // 0.25 (1 + cos(pi / 4))
    [InlineData(0, 500, 0.25)]
    [InlineData(0, 1000, 0)]
    [InlineData(0, 1200, 0)]
    [InlineData(0.1, 0, 0.5)]
    [InlineData(0.1, 500, 0.275)]
    [InlineData(0.1, 750, 0.11590097423302679)]                                               // 0.05 + 0.45 (1 + cos(3 pi / 4)) / 2
    [InlineData(0.1, 1000, 0.05)]
    [InlineData(0.1, 1200, 0.05)]
    [InlineData(1, 700, 0.5)]
    public void A_cosine_ends_at_its_fraction(double fraction, long images, double expected)
    {
        var config = _config with { Schedule = LearningRateSchedule.Cosine, FinalLearningRateFraction = fraction };
        Assert.Equal(expected, LearningRates.At(config, images, 1000), 1e-12);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(100, 0.5)]
    [InlineData(200, 0.35355339059327379)]                                                    // 0.5 / sqrt(2)
    [InlineData(400, 0.25)]
    [InlineData(1_000_000, 0.005)]
    public void An_inverse_square_root_keeps_the_peak_and_then_falls_whatever_the_length_of_the_run(long images, double expected)
    {
        var config = _config with { Schedule = LearningRateSchedule.InverseSquareRoot, DecayImages = 100 };
        Assert.All(new long[] { 10, 1000 }, total => Assert.Equal(expected, LearningRates.At(config, images, total), 1e-12));
    }

    [Fact]
    public void Warm_up_and_schedule_multiply()
    {
        var config = _config with { Schedule = LearningRateSchedule.InverseSquareRoot, DecayImages = 10, WarmupImages = 90 };
        Assert.Equal(0.5 * 0.5 / 2, LearningRates.At(config, 40, 1000), 1e-12);
    }
}

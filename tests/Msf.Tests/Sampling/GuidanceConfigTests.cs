using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Tests.Sampling;

public sealed class GuidanceConfigTests
{
    [Theory]
    [InlineData(GuidanceRamp.Constant, 3, 3, 3, 3)]
    [InlineData(GuidanceRamp.LinearUp, 1, 1.5, 2, 3)]
    [InlineData(GuidanceRamp.LinearDown, 3, 2.5, 2, 1)]
    [InlineData(GuidanceRamp.Cosine, 1, 1.2928932188134525, 2, 3)]
    public void A_ramp_goes_from_end_to_end_of_its_interval_and_there_is_none_outside(GuidanceRamp ramp, double first, double quarter, double middle, double last)
    {
        var guidance = new GuidanceConfig { Scale = 3, From = 0.25, To = 0.75, Ramp = ramp };
        Assert.Equal(1, guidance.ScaleAt(0.2499));
        Assert.Equal(first, guidance.ScaleAt(0.25), 12);
        Assert.Equal(quarter, guidance.ScaleAt(0.375), 12);
        Assert.Equal(middle, guidance.ScaleAt(0.5), 12);
        Assert.Equal(last, guidance.ScaleAt(0.75), 12);
        Assert.Equal(1, guidance.ScaleAt(0.7501));
    }

    [Theory]
    [InlineData(GuidanceRamp.Constant)]
    [InlineData(GuidanceRamp.LinearUp)]
    [InlineData(GuidanceRamp.LinearDown)]
    [InlineData(GuidanceRamp.Cosine)]
    public void An_interval_of_one_time_is_guided_in_full(GuidanceRamp ramp) =>
        Assert.Equal(3, new GuidanceConfig { Scale = 3, From = 0.5, To = 0.5, Ramp = ramp }.ScaleAt(0.5));

    [Theory]
    [InlineData(GuidanceRamp.LinearUp, 0, false)]
    [InlineData(GuidanceRamp.LinearUp, 1, true)]
    [InlineData(GuidanceRamp.LinearDown, 0, true)]
    [InlineData(GuidanceRamp.LinearDown, 1, false)]
    [InlineData(GuidanceRamp.Cosine, 0, false)]
    public void Where_a_ramp_is_at_one_nothing_is_guided(GuidanceRamp ramp, double t, bool active) =>
        Assert.Equal(active, new GuidanceConfig { Scale = 2, Ramp = ramp }.ActiveAt(t));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_rescale_outside_zero_to_one_is_refused(double rescale) =>
        Assert.StartsWith($"guidance rescale is {rescale}", Assert.Single(new GuidanceConfig { Rescale = rescale }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Names_that_are_none_are_refused()
    {
        Assert.StartsWith("guidance ramp is 9", Assert.Single(new GuidanceConfig { Ramp = (GuidanceRamp)9 }.Validate()), StringComparison.Ordinal);
        Assert.StartsWith("guidance source is 9", Assert.Single(new GuidanceConfig { Source = (GuidanceSource)9 }.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_names_all_of_it()
    {
        const string json = """{ "scale": 2, "source": "weakerModel", "from": 0.1, "to": 0.8, "ramp": "linearDown", "rescale": 0.7, "channels": 3 }""";
        var expected = new GuidanceConfig { Scale = 2, Source = GuidanceSource.WeakerModel, From = 0.1, To = 0.8, Ramp = GuidanceRamp.LinearDown, Rescale = 0.7, Channels = 3 };
        Assert.Equal(expected, JsonFormat.Parse<GuidanceConfig>(json, "guidance"));
        var error = Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<GuidanceConfig>("""{ "scale": 2, "phi": 0.7 }""", "guidance"));
        Assert.Contains("phi", error.Message, StringComparison.Ordinal);
    }
}

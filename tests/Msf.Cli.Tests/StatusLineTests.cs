namespace Msf.Cli.Tests;

/// <summary>Lines about long work.</summary>
public sealed class StatusLineTests
{
    [Theory]
    [InlineData(65, "00:01:05 left")]
    [InlineData(90_061, "25:01:01 left")]
    public void Time_that_is_left_has_all_its_hours(double seconds, string expected)
    {
        Assert.Equal(expected, StatusLine.Left(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(expected, StatusLine.Left(seconds * 10, rate: 10));
    }

    [Fact]
    public void Work_that_hardly_goes_on_still_has_a_time() => Assert.EndsWith(" left", StatusLine.Left(1e12, rate: 1e-6), StringComparison.Ordinal);
}

namespace Msf.Server.Tests.Http;

/// <summary>How often a client may ask.</summary>
public sealed class RateLimitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(90)]
    [InlineData(119)]
    [InlineData(600)]
    [InlineData(1000)]
    public void A_minute_brings_as_many_requests_as_are_allowed(int requests)
    {
        var bucket = RateLimits.Bucket(requests);
        Assert.Equal(requests, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalMinutes, 3);
        Assert.Equal(requests, bucket.TokenLimit);
    }
}

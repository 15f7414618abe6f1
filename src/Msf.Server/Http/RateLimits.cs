using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>How often a client may ask for images: a bucket of tokens each, filled ten times a minute's part.</summary>
internal sealed class RateLimits
{
    private readonly PartitionedRateLimiter<string> _buckets;

    /// <param name="requestsPerMinute">Requests of a client in a minute.</param>
    internal RateLimits(int requestsPerMinute) => _buckets = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = requestsPerMinute,
        TokensPerPeriod = Math.Max(1, requestsPerMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / requestsPerMinute)),
        AutoReplenishment = true,
    }));

    /// <summary>Counts a request.</summary>
    /// <exception cref="RequestException">It is one too many.</exception>
    internal void Count(HttpContext context)
    {
        using var lease = _buckets.AttemptAcquire(context.Client());
        if (lease.IsAcquired) return;
        var after = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
        throw new RequestException("too many requests in a minute; ask again later.", null, 429, "rate_limited", after);
    }
}

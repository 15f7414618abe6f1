using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>How often a client may ask for images: a bucket of tokens each, filled about once a second.</summary>
internal sealed class RateLimits
{
    private readonly PartitionedRateLimiter<string> _buckets;

    /// <param name="requestsPerMinute">Requests of a client in a minute.</param>
    internal RateLimits(int requestsPerMinute) =>
        _buckets = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetTokenBucketLimiter(client, _ => Bucket(requestsPerMinute)));

    /// <summary>A client's bucket: whole tokens, at intervals of a second or the little more that makes their number in a minute exact.</summary>
    internal static TokenBucketRateLimiterOptions Bucket(int requestsPerMinute)
    {
        var tokens = (requestsPerMinute + 59) / 60;
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerMinute,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromMinutes((double)tokens / requestsPerMinute),
            AutoReplenishment = true,
        };
    }

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

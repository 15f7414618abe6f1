using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Msf.Server;

/// <summary>How often a client may ask for images.</summary>
internal static class RateLimits
{
    /// <summary>Name of the policy.</summary>
    internal const string Generation = "generation";

    /// <summary>Adds the policy: a bucket of tokens a client, filled ten times a minute's part.</summary>
    internal static void AddRateLimits(this IServiceCollection services, int requestsPerMinute) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = async (rejected, _) =>
        {
            var after = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
            await ErrorAnswers.WriteAsync(rejected.HttpContext, new RequestException("too many requests in a minute; ask again later.", null, 429, "rate_limited", after));
        };
        options.AddPolicy(Generation, context => RateLimitPartition.GetTokenBucketLimiter(context.Client(), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerMinute,
            TokensPerPeriod = Math.Max(1, requestsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / requestsPerMinute)),
            AutoReplenishment = true,
        }));
    });
}

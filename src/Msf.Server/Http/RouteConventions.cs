using Microsoft.AspNetCore.Builder;

namespace Msf.Server;

/// <summary>What routes can be told.</summary>
internal static class RouteConventions
{
    /// <summary>Counts the requests of a route.</summary>
    internal static RouteHandlerBuilder Limit(this RouteHandlerBuilder route, RateLimits rate)
    {
        route.Add(endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                rate.Count(context);
                return next(context);
            };
        });
        return route;
    }
}

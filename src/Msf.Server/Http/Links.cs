using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Msf.Server;

/// <summary>Paths of the interface, for answers.</summary>
/// <param name="root">Where its routes begin, without a slash at the end; empty at the root.</param>
internal sealed class Links(string root)
{
    /// <summary>Where the routes begin, without a slash at the end; empty at the root.</summary>
    internal string Root { get; } = root;

    /// <summary>Paths as the client of a request sees them, under all prefixes that the routes have been given.</summary>
    internal static Links Of(HttpContext context)
    {
        var routes = context.RequestServices.GetRequiredService<LinkGenerator>();
        var known = routes.GetPathByName(context, SystemEndpoints.HealthName, context.Request.RouteValues)!;  // what the route does not know becomes a query
        return new Links(known[..known.LastIndexOf(SystemEndpoints.HealthPath, StringComparison.OrdinalIgnoreCase)]);
    }

    /// <summary>Of a job.</summary>
    internal string Job(string id) => $"{Root}/api/jobs/{id}";

    /// <summary>Of a job's events.</summary>
    internal string Events(string id) => $"{Root}/api/jobs/{id}/events";

    /// <summary>Of a job's newest preview.</summary>
    internal string Preview(string id) => $"{Root}/api/jobs/{id}/preview.png";

    /// <summary>Of the base stage of an image of the gallery.</summary>
    internal string Base(string id) => $"{Root}/api/gallery/{id}/base.png";

    /// <summary>Of an image of the gallery.</summary>
    internal string Image(string id) => $"{Root}/api/gallery/{id}.png";

    /// <summary>Of a sample sheet of a run.</summary>
    internal string Sheet(string run, string file) => $"{Root}/api/runs/{Uri.EscapeDataString(run)}/sheets/{file}";
}

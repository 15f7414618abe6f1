using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>Probes and metrics.</summary>
internal static class SystemEndpoints
{
    /// <summary>Path of the route that tells that the process answers.</summary>
    internal const string HealthPath = "/healthz";

    /// <summary>Its name.</summary>
    internal const string HealthName = "msf.health";

    /// <summary>Adds the routes.</summary>
    internal static void MapSystem(this IEndpointRouteBuilder routes, GenerationEngine engine, EngineMeter meter)
    {
        routes.MapGet(HealthPath, () => Results.Text("ok")).WithName(HealthName).WithSummary("Whether the process answers").WithTags("System");
        routes.MapGet("/readyz", () => engine.IsReady
                ? Results.Text("ready")
                : throw new RequestException("the default model is being loaded, or the server is stopping.", null, 503, "not_ready", TimeSpan.FromSeconds(1)))
            .WithName("msf.ready").WithSummary("Whether images can be asked for").WithTags("System");
        routes.MapGet("/metrics", async (CancellationToken cancellation) =>
            {
                using var text = new MemoryStream();
                await meter.Registry.CollectAndExportAsTextAsync(text, cancellation);
                return Results.Bytes(text.ToArray(), "text/plain; version=0.0.4; charset=utf-8");
            })
            .Produces(StatusCodes.Status200OK, contentType: "text/plain").WithName("msf.metrics").WithSummary("Counters for Prometheus").WithTags("System");
    }
}

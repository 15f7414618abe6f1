using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>Probes, metrics and the page.</summary>
internal static class SystemEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapSystem(this IEndpointRouteBuilder routes, GenerationEngine engine, EngineMeter meter)
    {
        routes.MapGet("/healthz", () => Results.Text("ok")).WithName("health").WithSummary("Whether the process answers").WithTags("System");
        routes.MapGet("/readyz", () => engine.IsReady
                ? Results.Text("ready")
                : throw new RequestException("the default model is being loaded, or the server is stopping.", null, 503, "not_ready", TimeSpan.FromSeconds(1)))
            .WithName("ready").WithSummary("Whether images can be asked for").WithTags("System");
        routes.MapGet("/metrics", async (CancellationToken cancellation) =>
            {
                using var text = new MemoryStream();
                await meter.Registry.CollectAndExportAsTextAsync(text, cancellation);
                return Results.Bytes(text.ToArray(), "text/plain; version=0.0.4; charset=utf-8");
            })
            .Produces(StatusCodes.Status200OK, contentType: "text/plain").WithName("metrics").WithSummary("Counters for Prometheus").WithTags("System");

        var site = EmbeddedSite.Load();
        foreach (var path in site.Paths)
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => site.AnswerAsync(context, path)).ExcludeFromDescription();
    }
}

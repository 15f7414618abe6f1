using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>Training runs to follow.</summary>
internal static class RunEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapRuns(this IEndpointRouteBuilder routes, string? folder)
    {
        var runs = new TrainingRuns(folder);
        routes.MapGet("/api/runs", () => Results.Json(runs.List(), ServerJson.Options))
            .Produces<RunSummary[]>().WithName("msf.listRuns").WithSummary("Training runs, the newest first").WithTags("Runs");
        routes.MapGet("/api/runs/{name}/metrics", (string name, int? after) => after is < 0
                ? throw new RequestException($"after is {after}, expected 0 or more.", "after")
                : Results.Json(runs.Metrics(name, after ?? 0), ServerJson.Options))
            .Produces<RunMetrics>().WithName("msf.getRunMetrics").WithSummary("What a run measured, line by line").WithTags("Runs");
        routes.MapGet("/api/runs/{name}/sheets", (HttpContext context, string name) =>
            {
                var links = Links.Of(context);
                return Results.Json(runs.Sheets(name).Select(sheet => new RunSheet(sheet.File, sheet.Images, links.Sheet(name, sheet.File))).ToArray(), ServerJson.Options);
            })
            .Produces<RunSheet[]>().WithName("msf.listRunSheets").WithSummary("Sample sheets of a run").WithTags("Runs");
        routes.MapGet("/api/runs/{name}/sheets/{file}", (HttpContext context, string name, string file) =>
            {
                var png = runs.Sheet(name, file);
                context.Response.Headers.CacheControl = "private, max-age=3600";
                return Results.Bytes(png, "image/png");
            })
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getRunSheet").WithSummary("A sample sheet").WithTags("Runs");
    }
}

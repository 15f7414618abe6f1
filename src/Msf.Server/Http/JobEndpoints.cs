using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Msf.Server;

/// <summary>Jobs: ask for images, look on, give up.</summary>
internal static class JobEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapJobs(this IEndpointRouteBuilder routes, GenerationEngine engine, ServerLimits limits, RateLimits rate)
    {
        routes.MapPost("/api/jobs", async (HttpContext context) =>
            {
                var body = await RequestBody.ReadJsonAsync<JobBody>(context, limits.RequestBytes);
                var job = engine.Submit(body, context.Client());
                return Results.Json(JobAnswer.Of(job, Links.Of(context)), ServerJson.Options, statusCode: StatusCodes.Status202Accepted);
            })
            .Accepts<JobBody>("application/json").Produces<JobAnswer>(StatusCodes.Status202Accepted).Limit(rate)
            .WithName("msf.createJob").WithSummary("Ask for images").WithTags("Jobs");

        routes.MapGet("/api/jobs/{id}", (HttpContext context, string id) => Results.Json(JobAnswer.Of(Find(context, id), Links.Of(context)), ServerJson.Options))
            .Produces<JobAnswer>().WithName("msf.getJob").WithSummary("Where a job stands").WithTags("Jobs");

        routes.MapDelete("/api/jobs/{id}", (HttpContext context, string id) =>
            {
                var job = Find(context, id);
                job.Cancel(engine.Now);
                return Results.Json(JobAnswer.Of(job, Links.Of(context)), ServerJson.Options);
            })
            .Produces<JobAnswer>().WithName("msf.cancelJob").WithSummary("Give a job up; it stops within one solver step").WithTags("Jobs");

        routes.MapGet("/api/jobs/{id}/preview.png", (HttpContext context, string id) =>
                Find(context, id).Preview is { } png ? Results.Bytes(png, "image/png") : throw RequestException.NotFound("there is no preview yet."))
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getJobPreview").WithSummary("The newest preview of a job's first image").WithTags("Jobs");

        routes.MapGet("/api/jobs/{id}/events", (HttpContext context, string id, IHostApplicationLifetime lifetime) =>
            {
                var job = Find(context, id);
                var last = context.Request.Headers["Last-Event-ID"].ToString();
                if (last.Length == 0) last = context.Request.Query["lastEventId"].ToString();
                _ = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var after);
                return EventStream.WriteAsync(context, Read(job, after, Links.Of(context), context.RequestAborted), lifetime.ApplicationStopped);
            })
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream").WithName("msf.getJobEvents")
            .WithSummary("What happens to a job, as server-sent events").WithTags("Jobs")
            .WithDescription("Events queued, stage, progress, preview, image, and at the end done, cancelled or failed. Last-Event-ID continues.");

        GenerationJob Find(HttpContext context, string id) => engine.Find(id, context.Client()) ?? throw RequestException.NotFound("there is no such job, or it is forgotten.");
    }

    private static async IAsyncEnumerable<(long? Id, string Name, string Data)> Read(GenerationJob job, long after, Links links, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var happened in job.Events.ReadAsync(after, cancellation))
            yield return (happened.Id, happened.Name, EventStream.Json(happened.Data is JobImage image ? JobAnswer.Image.Of(image, links) : happened.Data));
    }
}

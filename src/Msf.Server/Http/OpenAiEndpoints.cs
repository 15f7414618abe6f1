using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>The interface that programs written for OpenAI's images already speak.</summary>
internal static class OpenAiEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapOpenAi(this IEndpointRouteBuilder routes, GenerationEngine engine, ServerLimits limits, RateLimits rate)
    {
        routes.MapGet("/v1/models", () => Results.Json(
                new { @object = "list", data = engine.Catalog.Names().Select(name => new { id = name, @object = "model", created = 0, owned_by = "msf" }).ToArray() }, ServerJson.OpenAi))
            .Produces(StatusCodes.Status200OK, contentType: "application/json").WithName("msf.openAiListModels").WithSummary("Models on offer, in OpenAI's shape").WithTags("OpenAI");

        routes.MapPost("/v1/images/generations", async (HttpContext context, CancellationToken aborted) =>
            {
                var body = await RequestBody.ReadJsonAsync<OpenAiBody>(context, limits.RequestBytes, ServerJson.OpenAi);
                var (links, stream) = (body.ResponseFormat == "url" ? Links.Of(context) : null, body.Stream is true);
                var partial = stream ? body.PartialImages ?? 1 : 0;
                var job = engine.Submit(OpenAiRequest.ToJob(body), context.Client(), keeps: links is not null, previews: Math.Max(0, partial - 1));
                try
                {
                    if (stream) await EventStream.WriteAsync(context, Events(job, links, partial, aborted), aborted);
                    else await AnswerAsync(context, job, links);
                }
                finally
                {
                    job.Cancel(engine.Now);                                                   // where the client is gone
                    engine.Forget(job);
                }
            })
            .Accepts<OpenAiBody>("application/json").Produces<OpenAiAnswer>().Limit(rate)
            .WithName("msf.openAiGenerate").WithSummary("Make images, in OpenAI's shape").WithTags("OpenAI")
            .WithDescription("With stream, events image_generation.partial_image and image_generation.completed.");
    }

    private static async Task AnswerAsync(HttpContext context, GenerationJob job, Links? links)
    {
        await job.Completion.WaitAsync(context.RequestAborted);
        if (job.Fault is { } fault) throw fault;
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, OpenAiRequest.ToAnswer(job, links), ServerJson.Options, context.RequestAborted);
    }

    // Of several images each has its own events; index tells which.
    private static async IAsyncEnumerable<(long? Id, string Name, string Data)> Events(
        GenerationJob job, Links? links, int partial, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var shown = new Dictionary<int, int>();
        await foreach (var happened in job.Events.ReadAsync(0, cancellation))
        {
            if (happened.Data is JobImage image)
            {
                var one = OpenAiRequest.ToImage(image, links);
                yield return Named("image_generation.completed", new { type = "image_generation.completed", b64_json = one.B64Json, url = one.Url, index = image.Index, settings = job.Settings });
            }
            else if (happened.Data is JobPreview preview && preview.Stage == 0 && partial > 0)
            {
                foreach (var (index, png) in preview.Pngs)
                {
                    var place = shown.GetValueOrDefault(index);
                    shown[index] = place + 1;
                    yield return Named("image_generation.partial_image", new { type = "image_generation.partial_image", b64_json = Convert.ToBase64String(png), partial_image_index = place, index, stage = preview.Stage });
                }
            }
        }
        if (job.Fault is { } fault) yield return Named("error", ErrorBody.Of(fault));
    }

    private static (long? Id, string Name, string Data) Named(string name, object data) => (null, name, EventStream.Json(data));
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>What a model's classes look like.</summary>
internal static class ThumbnailEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapThumbnails(this IEndpointRouteBuilder routes, GenerationEngine engine, string gallery)
    {
        var thumbnails = new Thumbnails(engine, Path.Combine(gallery, ".thumbnails"));
        routes.MapGet("/api/models/{name}/classes/{index:int}.png", async (HttpContext context, string name, int index) =>
                Png(context, await thumbnails.ReadAsync(engine.Catalog.Find(name), index, context.RequestAborted)))
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getClassThumbnail").WithTags("Models")
            .WithSummary("An image of a class, made at the first request");

        routes.MapGet("/api/models/{name}/preview.png", async (HttpContext context, string name) =>
            {
                var card = engine.Catalog.Find(name);
                var own = Path.Combine(card.Folder, "preview.png");
                return Png(context, File.Exists(own) ? await File.ReadAllBytesAsync(own, context.RequestAborted) : await thumbnails.ReadAsync(card, 0, context.RequestAborted));
            })
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getModelPreview").WithTags("Models")
            .WithSummary("The picture of a model's folder, or else an image of its first class");
    }

    private static IResult Png(HttpContext context, byte[] png)
    {
        context.Response.Headers.CacheControl = "private, max-age=86400";
        return Results.Bytes(png, "image/png");
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>The gallery, and the settings that files carry.</summary>
internal static class GalleryEndpoints
{
    private const int LargestPage = 200;

    /// <summary>Adds the routes.</summary>
    internal static void MapGallery(this IEndpointRouteBuilder routes, ImageGallery gallery, EngineMeter meter, ServerLimits limits)
    {
        meter.Gallery(gallery.Count);
        routes.MapGet("/api/gallery", (HttpContext context, string? before, int? limit) =>
            {
                if (before is not null && !GalleryId.IsId(before)) throw new RequestException("before is no name of an image; send next of the page before.", "before");
                if (limit is < 1 or > LargestPage) throw new RequestException($"limit is {limit}, expected 1 to {LargestPage}.", "limit");
                var ids = gallery.List(before, (limit ?? 50) + 1);
                var page = ids.Take(limit ?? 50).ToArray();
                var links = Links.Of(context);
                return Results.Json(
                    new GalleryPage([.. page.Select(id => Item(gallery, id, links)).OfType<GalleryItem>()], ids.Count > page.Length ? page[^1] : null), ServerJson.Options);
            })
            .Produces<GalleryPage>().WithName("msf.listGallery").WithSummary("Images that were made, newest first").WithTags("Gallery");

        routes.MapGet("/api/gallery/{id}.png", (HttpContext context, string id) =>
            {
                if (gallery.Read(id) is not { } png) throw None();
                context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
                return Results.Bytes(png, "image/png");
            })
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getGalleryImage").WithSummary("An image, its settings inside").WithTags("Gallery");

        routes.MapGet("/api/gallery/{id}/base.png", (HttpContext context, string id) =>
            {
                if (gallery.ReadBase(id) is not { } png) throw None();
                context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
                return Results.Bytes(png, "image/png");
            })
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithName("msf.getGalleryBase").WithSummary("What an image was after its first stage").WithTags("Gallery");

        routes.MapGet("/api/gallery/{id}", (HttpContext context, string id) => Results.Json(Item(gallery, id, Links.Of(context)) ?? throw None(), ServerJson.Options))
            .Produces<GalleryItem>().WithName("msf.getGalleryItem").WithSummary("What an image was made with").WithTags("Gallery");

        routes.MapDelete("/api/gallery/{id}", (string id) =>
            {
                if (!gallery.Delete(id)) throw None();
                meter.Gallery(gallery.Count);
                return Results.NoContent();
            })
            .Produces(StatusCodes.Status204NoContent).WithName("msf.deleteGalleryImage").WithSummary("Remove an image").WithTags("Gallery");

        routes.MapPost("/api/settings", async (HttpContext context) =>
            {
                if (context.Request.ContentType?.Split(';')[0].Trim() is not "image/png")
                    throw new RequestException("the body must be a PNG file: send Content-Type: image/png.", null, 415, "unsupported_media_type");
                var file = await RequestBody.ReadAsync(context, limits.RequestBytes);
                return Results.Json(ImageText.Expect(file, "the file"), ServerJson.Options);
            })
            .Accepts<byte[]>("image/png").Produces<ImageText>().WithName("msf.readSettings").WithSummary("The settings in a PNG file of the server").WithTags("Gallery");
    }

    private static GalleryItem? Item(ImageGallery gallery, string id, Links links)
    {
        if (gallery.Read(id) is not { } png) return null;
        ImageText? text = null;
        try
        {
            text = ImageText.Read(png, id);
        }
        catch (InvalidDataException)
        {
            // A file that somebody changed is shown as it is.
        }
        return new GalleryItem(id, links.Image(id), gallery.HasBase(id) ? links.Base(id) : null, GalleryId.Created(id), text?.Kind, text?.Index, text?.Settings);
    }

    private static RequestException None() => RequestException.NotFound("there is no such image in the gallery.");
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>The page and its files.</summary>
internal static class PageEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapPage(this IEndpointRouteBuilder routes)
    {
        var site = EmbeddedSite.Load();
        foreach (var path in site.Paths)
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => site.AnswerAsync(context, path)).ExcludeFromDescription();
    }
}

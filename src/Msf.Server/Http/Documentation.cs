using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>
/// The OpenAPI document. It is generated when the program is tested, not when it runs: an application's own documents, and how it writes JSON, have no part in it.
/// </summary>
internal static class Documentation
{
    private const string Resource = "openapi.json";

    /// <summary>Adds the document's route.</summary>
    internal static void MapDocumentation(this IEndpointRouteBuilder routes)
    {
        using var reader = new StreamReader(typeof(Documentation).Assembly.GetManifestResourceStream(Resource)!);
        var document = reader.ReadToEnd();
        routes.MapGet("/openapi/v1.json", (HttpContext context) => Results.Text(At(document, Links.Of(context).Root), "application/json", Encoding.UTF8)).ExcludeFromDescription();
    }

    private static string At(string document, string root)
    {
        if (root.Length == 0) return document;
        var json = JsonNode.Parse(document)!;
        json["servers"] = new JsonArray(new JsonObject { ["url"] = root });
        return json.ToJsonString(ServerJson.Options);
    }
}

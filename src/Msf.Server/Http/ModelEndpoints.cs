using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Msf.Server;

/// <summary>Models: which there are, what they can do and cost.</summary>
internal static class ModelEndpoints
{
    /// <summary>Adds the routes.</summary>
    internal static void MapModels(this IEndpointRouteBuilder routes, GenerationEngine engine, ServerLimits limits)
    {
        routes.MapGet("/api/models", () => Results.Json(
                engine.Catalog.Names().Select(name => new ModelSummary(name, name == engine.Catalog.Default.Name, engine.Pool.Find(name)?.State == ModelState.Ready)).ToArray(), ServerJson.Options))
            .Produces<ModelSummary[]>().WithName("msf.listModels").WithSummary("Models on offer").WithTags("Models");

        routes.MapGet("/api/models/{name}", (string name) =>
                Results.Json(ModelAnswer.Of(engine.Catalog.Find(name), engine.Pool.Find(name), limits), ServerJson.Options))
            .Produces<ModelAnswer>().WithName("msf.getModel").WithSummary("What a model is, can do and costs").WithTags("Models");

        routes.MapPost("/api/estimate", async (HttpContext context) =>
            {
                var body = await RequestBody.ReadJsonAsync<JobBody>(context, limits.RequestBytes);
                var card = engine.Catalog.Find(body.Model);
                return Results.Json(EstimateAnswer.Of(engine.Factory.Plan(body, card), card, engine.Pool.Find(card.Name), limits, body.Kind == JobKind.SuperResolution && body.Strength is null or 0), ServerJson.Options);
            })
            .Accepts<JobBody>("application/json").Produces<EstimateAnswer>().WithName("msf.estimate").WithSummary("What settings will cost").WithTags("Models");
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Msf.Server;

/// <summary>The OpenAPI document. The page that shows it, /docs, is one of the embedded files.</summary>
internal static class Documentation
{
    /// <summary>Describes the interface.</summary>
    internal static void AddDocumentation(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Msf";
            document.Info.Description = "Images by multi-scale factorized diffusion: jobs with events, a gallery, and OpenAI's image interface. Errors are {error:{message,type,param,code}}.";
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type == typeof(OneOrMany<int>)) OneOrMany(schema, JsonSchemaType.Integer);
            else if (type == typeof(OneOrMany<double>)) OneOrMany(schema, JsonSchemaType.Number);
            else if (type == typeof(OneOrMany<string>)) OneOrMany(schema, JsonSchemaType.String);
            else if (type == typeof(ClassList)) OneOrMany(schema, JsonSchemaType.String | JsonSchemaType.Integer | JsonSchemaType.Null);
            else if (type == typeof(IntervalList)) ListOf(schema, JsonSchemaType.Number | JsonSchemaType.Array);
            return Task.CompletedTask;
        });
    });

    /// <summary>Adds the document's route.</summary>
    internal static void MapDocumentation(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json");

    private static void OneOrMany(OpenApiSchema schema, JsonSchemaType item)
    {
        Clear(schema);
        schema.OneOf = [new OpenApiSchema { Type = item }, new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = item } }];
    }

    private static void ListOf(OpenApiSchema schema, JsonSchemaType item)
    {
        Clear(schema);
        (schema.Type, schema.Items) = (JsonSchemaType.Array, new OpenApiSchema { Type = item });
    }

    private static void Clear(OpenApiSchema schema)
    {
        (schema.Type, schema.Properties, schema.Required, schema.Items) = (null, null, null, null);
    }
}

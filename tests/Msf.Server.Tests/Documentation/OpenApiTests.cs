using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Msf.Server.Tests.Hosting;
using Msf.Tests;

namespace Msf.Server.Tests.Documentation;

/// <summary>
/// The OpenAPI document is generated here and travels in the program: so a change of the interface is seen when it is reviewed, and an application that has the routes
/// needs no generator. Set to 1, MSF_WRITE_DOCS has it written instead of compared.
/// </summary>
public sealed class OpenApiTests : IDisposable
{
    private static readonly JsonSerializerOptions _indented = new(ServerJson.Options) { WriteIndented = true, NewLine = "\n", MaxDepth = 64 };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-openapi-");

    [Fact]
    public async Task The_document_is_what_the_routes_say()
    {
        var builder = HostedApplication.Builder(options => (options.Model, options.Gallery) = (ServedModel.Model, _folder.FullName));
        builder.Services.Configure<JsonOptions>(json => ServerJson.Configure(json.SerializerOptions));
        builder.Services.AddOpenApi("msf", Describe);
        await using var app = builder.Build();
        app.MapMsf();
        app.MapOpenApi("/generated/{documentName}.json");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        var generated = JsonNode.Parse(await client.GetStringAsync("/generated/msf.json", TestContext.Current.CancellationToken))!.ToJsonString(_indented) + "\n";
        var path = SourceTree.Path("docs", "api", "openapi.json");
        if (Environment.GetEnvironmentVariable("MSF_WRITE_DOCS") == "1") await File.WriteAllTextAsync(path, generated, TestContext.Current.CancellationToken);
        var kept = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        Assert.True(kept == generated, "docs/api/openapi.json is not what the routes say now; write it with MSF_WRITE_DOCS=1 dotnet test tests/Msf.Server.Tests --filter Documentation, and build again");
        Assert.Equal(kept, (await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("JobBody", typeof(JobBody))]
    [InlineData("OpenAiBody", typeof(OpenAiBody))]
    public void Its_names_are_those_that_bodies_are_read_by(string schema, Type type)
    {
        var document = JsonNode.Parse(File.ReadAllText(SourceTree.Path("docs", "api", "openapi.json")))!;
        var options = new JsonSerializerOptions(type == typeof(OpenAiBody) ? ServerJson.OpenAi : ServerJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var names = document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(member => member.Key);
        Assert.Equal(options.GetTypeInfo(type).Properties.Select(member => member.Name).Order(), names.Order());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Msf";
            document.Info.Version = "1";
            document.Info.Description = "Images by multi-scale factorized diffusion: jobs with events, a gallery, and OpenAI's image interface. Errors are {error:{message,type,param,code}}.";
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            operation.OperationId = operation.OperationId?["msf.".Length..];
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
    }

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

    private static void Clear(OpenApiSchema schema) => (schema.Type, schema.Properties, schema.Required, schema.Items) = (null, null, null, null);
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Msf.Server;

/// <summary>Adds the routes of models to an ASP.NET application.</summary>
public static class MsfEndpointRouteBuilderExtensions
{
    /// <summary>Name of the group that the routes have in the application's own descriptions of its interface.</summary>
    internal const string GroupName = "msf";

    /// <summary>
    /// Adds the HTTP interface, and the page unless <see cref="MsfOptions.Page"/> is false. Nothing outside these routes changes: authentication, authorization, logs and traces
    /// are the application's. Jobs belong to the authenticated user, or without one to the address that the request came from.
    /// </summary>
    /// <param name="endpoints">Of the application, or a group of its routes.</param>
    /// <param name="prefix">Where the routes begin, for example <c>/images</c>; empty for the application's root.</param>
    /// <returns>All routes together, for <c>RequireAuthorization</c>, <c>RequireHost</c>, <c>RequireCors</c> and the like.</returns>
    /// <exception cref="InvalidOperationException">There was no <see cref="MsfServiceCollectionExtensions.AddMsf"/>, or the routes are there already.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options make no sense.</exception>
    /// <exception cref="Msf.Runtime.LibtorchNotFoundException">The application brings no libtorch for this machine.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">The model is broken, or cannot be served.</exception>
    /// <exception cref="IOException">The gallery cannot be made.</exception>
    public static IEndpointConventionBuilder MapMsf(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var mapped = endpoints.ServiceProvider.GetService<MappedOnce>()
            ?? throw new InvalidOperationException("MapMsf needs builder.Services.AddMsf(options => options.Model = \"...\") before the application is built.");
        var engine = endpoints.ServiceProvider.GetRequiredService<GenerationEngine>();
        var context = endpoints.ServiceProvider.GetRequiredService<EngineContext>();
        mapped.Note();
        var (options, rate) = (context.Options, new RateLimits(context.Options.Limits.RequestsPerMinute));
        var routes = endpoints.MapGroup(prefix).WithGroupName(GroupName);
        routes.MapSystem(engine, context.Meter);
        routes.MapModels(engine, options.Limits);
        routes.MapJobs(engine, options.Limits, rate);
        routes.MapOpenAi(engine, options.Limits, rate);
        routes.MapThumbnails(engine, options.Gallery);
        routes.MapRuns(options.Runs);
        routes.MapGallery(context.Gallery, context.Meter, options.Limits);
        routes.MapDocumentation();
        if (options.Page) routes.MapPage();
        IEndpointConventionBuilder all = routes;
        all.Finally(endpoint => endpoint.RequestDelegate = SecurityHeaders.Before(ErrorAnswers.Around(endpoint.RequestDelegate!, context.Log)));
        return all;
    }
}

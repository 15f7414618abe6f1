using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Prometheus;
using static TorchSharp.torch;

namespace Msf.Server;

/// <summary>Web page and HTTP interface of models.</summary>
public static class MsfServer
{
    /// <summary>Builds a server; it begins to load the default model when it starts.</summary>
    /// <param name="options">What to serve.</param>
    /// <param name="configure">More about the host, for tests and for those who embed it; null for nothing.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">The model is broken, or cannot be served.</exception>
    /// <exception cref="IOException">The gallery cannot be made.</exception>
    public static WebApplication Build(ServerOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException($"{string.Join("; ", errors)}.");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. options.Urls]).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.RequestBytes;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        const string timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        if (options.JsonLogs) builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, timestamp));
        else builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, timestamp));
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimits(options.Limits.RequestsPerMinute);
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.Configure<JsonOptions>(json => ServerJson.Configure(json.SerializerOptions));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Limits.Grace + TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new EngineMeter(Metrics.NewCustomRegistry()));
        builder.Services.AddSingleton(services => new ImageGallery(options.Gallery, options.Limits.GalleryImages, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new ModelCatalog(options.Model, options.Models));
        builder.Services.AddSingleton(services => new EngineContext(
            options, device(options.Device), services.GetRequiredService<ImageGallery>(), new ComputeTurn(), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<EngineMeter>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("Msf.Server")));
        builder.Services.AddSingleton<GenerationEngine>(services => new GenerationEngine(services.GetRequiredService<EngineContext>(), services.GetRequiredService<ModelCatalog>()));
        builder.Services.AddHostedService<EngineService>();
        builder.Services.AddDocumentation();
        builder.Services.AddTraces(Environment.GetEnvironmentVariable(Tracing.EndpointVariable));
        configure?.Invoke(builder);
        var app = builder.Build();
        Map(app, options);
        return app;
    }

    /// <summary>Why a server stopped by itself: its default model could not be loaded. Null where it did not.</summary>
    /// <param name="server">What <see cref="Build"/> gave.</param>
    public static string? FaultOf(WebApplication server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Services.GetServices<IHostedService>().OfType<EngineService>().First().Fault;
    }

    private static void Map(WebApplication app, ServerOptions options)
    {
        var engine = app.Services.GetRequiredService<GenerationEngine>();
        var context = app.Services.GetRequiredService<EngineContext>();
        app.UseSecurityHeaders();
        app.UseErrorAnswers(context.Log);
        app.UseGate(new ApiKeys(options.ApiKeys));
        app.UseRouting();
        app.UseRateLimiter();
        app.MapSystem(engine, context.Meter);
        app.MapModels(engine, options.Limits);
        app.MapJobs(engine, options.Limits);
        app.MapOpenAi(engine, options.Limits);
        app.MapThumbnails(engine, options.Gallery);
        app.MapRuns(options.Runs);
        app.MapDocumentation();
        app.MapGallery(context.Gallery, context.Meter, options.Limits);
    }
}

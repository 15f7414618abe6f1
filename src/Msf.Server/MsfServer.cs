using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Msf.Server;

/// <summary>
/// A server of its own, as <c>msf serve</c> is one: <see cref="MsfServiceCollectionExtensions.AddMsf"/> and <see cref="MsfEndpointRouteBuilderExtensions.MapMsf"/>
/// with addresses, keys, logs and traces around them.
/// </summary>
public static class MsfServer
{
    /// <summary>Builds a server; it begins to load the default model when it starts, and stops where that cannot be loaded.</summary>
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
        builder.Services.AddMsf(options.CopyTo);
        builder.Services.AddTraces(Environment.GetEnvironmentVariable(Tracing.EndpointVariable));
        configure?.Invoke(builder);

        var app = builder.Build();
        var log = app.Services.GetRequiredService<EngineContext>().Log;
        app.Use(SecurityHeaders.Before);
        app.Use(next => ErrorAnswers.Around(next, log));
        app.UseGate(new ApiKeys(options.ApiKeys));
        app.UseRouting();
        app.MapMsf();
        _ = StopWithoutModelAsync(app);
        return app;
    }

    /// <summary>Why a server stopped by itself: its default model could not be loaded. Null where it did not.</summary>
    /// <param name="server">What <see cref="Build"/> gave.</param>
    public static string? FaultOf(WebApplication server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Services.GetRequiredService<EngineService>().Loaded is { IsCompletedSuccessfully: true, Result: var fault } ? fault : null;
    }

    private static async Task StopWithoutModelAsync(WebApplication app)
    {
        if (await app.Services.GetRequiredService<EngineService>().Loaded is not null) app.Lifetime.StopApplication();
    }
}

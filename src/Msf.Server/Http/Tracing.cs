using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Msf.Server;

/// <summary>Traces by OpenTelemetry, exactly where the standard environment variables ask for them.</summary>
internal static class Tracing
{
    /// <summary>The variable that names the collector.</summary>
    internal const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds requests, batches and stages to the traces.</summary>
    /// <param name="services">Of the server.</param>
    /// <param name="endpoint">The collector, which OpenTelemetry reads from the environment itself; null or empty for no traces.</param>
    internal static void AddTraces(this IServiceCollection services, string? endpoint)
    {
        if (string.IsNullOrEmpty(endpoint)) return;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("msf"))
            .WithTracing(traces => traces.AddSource(EngineMeter.Name).AddAspNetCoreInstrumentation().AddOtlpExporter());
    }
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Msf.Server.Tests.Http;

/// <summary>Traces where they are asked for, and only there.</summary>
public sealed class TracingTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("http://127.0.0.1:4317", true)]
    public void Traces_are_made_exactly_where_a_collector_is_named(string? endpoint, bool traced)
    {
        var services = new ServiceCollection();
        services.AddTraces(endpoint);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(traced, provider.GetService<TracerProvider>() is not null);
        if (!traced) return;
        using var activity = EngineMeter.Activities.StartActivity("batch", ActivityKind.Internal);
        Assert.NotNull(activity);
    }
}

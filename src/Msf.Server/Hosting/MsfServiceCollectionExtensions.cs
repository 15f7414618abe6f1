using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Server;

/// <summary>Adds models to an ASP.NET application.</summary>
public static class MsfServiceCollectionExtensions
{
    // Between the end of the time of grace and the end of the process: the running solver step, and readers who are told the end.
    private static readonly TimeSpan _afterGrace = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Adds what makes images: models, queue and gallery. It begins to load the default model when the application has started, and finishes what runs when it stops, for
    /// which the application's time to shut down is made long enough. <see cref="MsfEndpointRouteBuilderExtensions.MapMsf"/> adds the routes.
    /// </summary>
    /// <param name="services">Of the application.</param>
    /// <param name="configure">Sets the options; they are read when the application is built, and <see cref="OptionsValidationException"/> says what is wrong with them.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <example><code>builder.Services.AddMsf(options => options.Model = "models/noto-emoji");</code></example>
    public static IServiceCollection AddMsf(this IServiceCollection services, Action<MsfOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<MsfOptions>().Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MsfOptions>, MsfOptionsValidator>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<MsfOptions>>((host, options) =>
        {
            var least = options.Value.Limits.Grace + _afterGrace;
            if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan && host.ShutdownTimeout < least) host.ShutdownTimeout = least;
        });
        services.AddRoutingCore();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton(provider => new EngineMeter(provider.GetRequiredService<IMeterFactory>()));
        services.TryAddSingleton(provider => new ImageGallery(OptionsOf(provider).Gallery, OptionsOf(provider).Limits.GalleryImages, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ModelCatalog(OptionsOf(provider).Model, OptionsOf(provider).Models));
        services.TryAddSingleton(provider => new EngineContext(
            OptionsOf(provider), DeviceOf(OptionsOf(provider)), provider.GetRequiredService<ImageGallery>(), new ComputeTurn(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EngineMeter>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger(EngineMeter.Name)));
        services.TryAddSingleton(provider => new GenerationEngine(provider.GetRequiredService<EngineContext>(), provider.GetRequiredService<ModelCatalog>()));
        services.TryAddSingleton<EngineService>();
        services.AddHostedService(provider => provider.GetRequiredService<EngineService>());
        services.TryAddSingleton<MappedOnce>();
        return services;
    }

    // Nothing else of the library may have run yet, and TorchSharp alone finds libtorch on fewer machines.
    private static Device DeviceOf(MsfOptions options)
    {
        Libtorch.Initialize();
        return device(options.Device);
    }

    private static MsfOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<MsfOptions>>().Value;
}

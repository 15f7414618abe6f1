using Microsoft.Extensions.Hosting;

namespace Msf.Server;

/// <summary>Starts the engine with the server and stops it before the connections go, so that whoever waits gets an answer.</summary>
/// <param name="engine">The engine.</param>
/// <param name="lifetime">Of the server.</param>
internal sealed class EngineService(GenerationEngine engine, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    /// <summary>Why the default model could not be loaded; null where it could.</summary>
    internal string? Fault { get; private set; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Load);
        return Task.CompletedTask;
    }

    // Only when everything has started: a model that cannot be loaded then stops the server in the ordinary way.
    private void Load()
    {
        var worker = engine.Start();
        _ = worker.Loaded.ContinueWith(
            _ =>
            {
                if ((Fault = worker.Fault) is not null) lifetime.StopApplication();
            },
            TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => engine.StopAsync();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

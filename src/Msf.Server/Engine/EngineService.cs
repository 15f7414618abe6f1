using Microsoft.Extensions.Hosting;

namespace Msf.Server;

/// <summary>Starts the engine with the application and stops it before the connections go, so that whoever waits gets an answer.</summary>
/// <param name="engine">The engine.</param>
/// <param name="context">For its log.</param>
/// <param name="lifetime">Of the application.</param>
internal sealed class EngineService(GenerationEngine engine, EngineContext context, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private readonly TaskCompletionSource<string?> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the default model is loaded, with null, or could not be, with the reason.</summary>
    internal Task<string?> Loaded => _loaded.Task;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Load);
        return Task.CompletedTask;
    }

    // Only when everything has started, so that a fault meets an application that can be asked and can be stopped.
    private void Load()
    {
        try
        {
            var worker = engine.Start();
            _ = worker.Loaded.ContinueWith(_ => _loaded.TrySetResult(worker.Fault), TaskScheduler.Default);
        }
        catch (RequestException refused)
        {
            ServerLog.LoadFailed(context.Log, engine.Catalog.Default.Name, refused.Message);
            _loaded.TrySetResult(refused.Message);
        }
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

using System.Collections.Concurrent;

namespace Msf.Server;

/// <summary>Takes jobs, keeps an eye on them and forgets them some time after their end. Usable from any thread.</summary>
internal sealed class GenerationEngine : IAsyncDisposable
{
    private const int MostRemembered = 2000;
    private static readonly TimeSpan _memory = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(5);                     // for readers to be told the end
    private static readonly TimeSpan _glance = TimeSpan.FromMilliseconds(10);
    private readonly EngineContext _context;
    private readonly ConcurrentDictionary<string, GenerationJob> _jobs = new();
    private readonly Lock _admission = new();
    private readonly ITimer _sweeper;
    private volatile bool _stopping;

    internal GenerationEngine(EngineContext context, ModelCatalog catalog)
    {
        (_context, Catalog) = (context, catalog);
        Pool = new ModelPool(context);
        Factory = new JobFactory(context.Options, context.Gallery, context.Time);
        _sweeper = context.Time.CreateTimer(_ => Sweep(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Models on offer.</summary>
    internal ModelCatalog Catalog { get; }

    /// <summary>Models in memory.</summary>
    internal ModelPool Pool { get; }

    /// <summary>Makes jobs.</summary>
    internal JobFactory Factory { get; }

    /// <summary>Whether the default model is ready for images.</summary>
    internal bool IsReady => !_stopping && Pool.Find(Catalog.Default.Name)?.State == ModelState.Ready;

    /// <summary>Starts to load the default model.</summary>
    internal ModelWorker Start() => Pool.Start(Catalog.Default);

    /// <summary>Makes a job and puts it in the queue.</summary>
    /// <inheritdoc cref="JobFactory.Create"/>
    /// <exception cref="RequestException">Something does not fit, the model is not loaded yet, or the queue is full.</exception>
    internal GenerationJob Submit(JobBody body, string client, bool keeps = true, int previews = 3)
    {
        try
        {
            if (_stopping) throw new RequestException("the server is stopping.", null, 503, "stopping", TimeSpan.FromSeconds(5));
            var card = Catalog.Find(body.Model);
            var worker = Pool.Ready(card);
            var job = Factory.Create(body, worker.Card, worker.Speed, client, keeps, previews);
            lock (_admission)
            {
                RequireRoom(job, worker);
                if (!worker.TryAdd(job)) throw new RequestException($"{card.Name} is being unloaded; ask again in a moment.", "model", 503, "model_loading", TimeSpan.FromSeconds(1));
                _jobs[job.Id] = job;
            }
            _ = job.Completion.ContinueWith(_ => Ended(job, worker), TaskScheduler.Default);
            return job;
        }
        catch (RequestException refused) when (refused.Status is 429 or 503)
        {
            _context.Meter.Refused(refused.Code);
            throw;
        }
    }

    /// <summary>A job; null where there is none, or none of this client's.</summary>
    internal GenerationJob? Find(string id, string client) => _jobs.TryGetValue(id, out var job) && job.Client == client ? job : null;

    /// <summary>Forgets a job that nobody will ask for.</summary>
    internal void Forget(GenerationJob job) => _jobs.TryRemove(job.Id, out _);

    /// <summary>Expected seconds until a model has done what waits; null where nothing is known yet.</summary>
    internal static double? QueueSeconds(ModelWorker worker) => worker.Speed.SecondsPerWork is { } each ? worker.WaitingWork * each : null;

    /// <summary>The clock.</summary>
    internal DateTimeOffset Now => _context.Time.GetUtcNow();

    /// <summary>Takes no more jobs, finishes what runs as far as the time of grace reaches, and hands the rest back.</summary>
    internal async Task StopAsync()
    {
        _stopping = true;
        var stopped = Pool.StopAsync();
        if (await Task.WhenAny(stopped, Task.Delay(_context.Options.Limits.Grace, _context.Time)) != stopped)
            foreach (var job in _jobs.Values)
                job.Fail(new RequestException("the server stopped before this was finished; ask again.", null, 503, "stopping", TimeSpan.FromSeconds(5)), Now);
        await stopped;                                                                        // no more than a solver step
        for (var waited = TimeSpan.Zero; waited < _farewell && _jobs.Values.Any(job => job.Events.HasReaders); waited += _glance) await Task.Delay(_glance);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _sweeper.DisposeAsync();
    }

    private void RequireRoom(GenerationJob job, ModelWorker worker)
    {
        var workers = Pool.Workers;
        var (most, waiting) = (_context.Options.Limits.Queue, workers.Sum(other => other.Waiting));
        if (job.Tasks.Count > most) throw new RequestException($"{job.Tasks.Count} images are more than the queue takes ({most}); ask for fewer.", "count");
        var retry = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(QueueSeconds(worker) ?? 1), 1, 600));
        if (waiting + job.Tasks.Count > most) throw new RequestException($"the queue is full ({waiting} images of {most}); ask again later.", null, 429, "queue_full", retry);
        var own = workers.Sum(other => other.WaitingOf(job.Client));
        if (own > 0 && own + job.Tasks.Count > Math.Max(1, most / 2))
            throw new RequestException($"{own} images of yours wait already, half of the queue is the most; ask again later.", null, 429, "client_queue_full", retry);
    }

    private void Ended(GenerationJob job, ModelWorker worker)
    {
        worker.Remove(job);
        var seconds = (job.Ended!.Value - job.Created).TotalSeconds;
        _context.Meter.JobEnded(job.State, seconds);
        ServerLog.JobEnded(_context.Log, job.Id, job.Client, job.State, seconds, job.Images.Count, job.Settings.Model);
    }

    private void Sweep()
    {
        var now = Now;
        foreach (var job in _jobs.Values.Where(job => !job.IsOver && now - job.Created > _context.Options.Limits.JobTime))
            job.Fail(new RequestException($"the job was not finished within {_context.Options.Limits.JobTime.TotalSeconds:F0} seconds; ask for fewer images or steps, or later.", null, 503, "timeout"), now);
        var ended = _jobs.Values.Where(job => job.Ended is not null).OrderByDescending(job => job.Ended).ToArray();
        foreach (var job in ended.Where((job, place) => place >= MostRemembered || now - job.Ended > _memory))
            if (_jobs.TryRemove(job.Id, out var forgotten)) forgotten.Dispose();
    }
}

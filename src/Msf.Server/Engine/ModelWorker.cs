using System.Diagnostics;
using System.Runtime.InteropServices;
using Msf.Checkpoints;

namespace Msf.Server;

/// <summary>
/// The thread that owns a model: it loads it, makes images with it and frees it; its tensors never leave the thread. Whatever waits for the same settings is made in one
/// batch; at the border between two stages later arrivals may catch up and join.
/// </summary>
internal sealed class ModelWorker
{
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(5);
    private readonly object _gate = new();
    private readonly FairQueue _queue = new();
    private readonly EngineContext _context;
    private readonly ImageDelivery _delivery;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running, _lastTogether;

    /// <summary>Starts the thread, which loads the model.</summary>
    internal ModelWorker(ModelCard card, EngineContext context)
    {
        (Card, _context, Speed, LastUsed) = (card, context, new ModelSpeed(card), context.Time.GetUtcNow());
        _delivery = new ImageDelivery(context.Gallery, context.Time, context.Meter, context.Log);
        Bytes = card.Bytes(context.Options.Limits.Batch);
        new Thread(Run) { Name = $"model {card.Name}", IsBackground = true }.Start();
    }

    /// <summary>The model.</summary>
    internal ModelCard Card { get; }

    /// <summary>How long it takes.</summary>
    internal ModelSpeed Speed { get; }

    /// <summary>Memory that it is taken to need.</summary>
    internal long Bytes { get; }

    /// <summary>When it last had something to do.</summary>
    internal DateTimeOffset LastUsed { get; private set; }

    /// <summary>Where it stands.</summary>
    internal ModelState State { get; private set; } = ModelState.Loading;

    /// <summary>Why it could not be loaded; null where it could.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Ends when the model is loaded, or could not be.</summary>
    internal Task Loaded => _loaded.Task;

    /// <summary>Ends when the thread has freed the model and everything is delivered.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Images that wait.</summary>
    internal int Waiting => Read(() => _queue.Count);

    /// <summary>Multiply-adds that wait.</summary>
    internal double WaitingWork => Read(() => _queue.Work);

    /// <summary>Images of a client that wait.</summary>
    internal int WaitingOf(string client) => Read(() => _queue.CountOf(client));

    /// <summary>Adds a job; false where the worker takes no more.</summary>
    internal bool TryAdd(GenerationJob job)
    {
        lock (_gate)
        {
            if (State != ModelState.Ready) return false;
            LastUsed = _context.Time.GetUtcNow();
            _queue.Add(job);
            Moved();
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Takes a job's waiting images away.</summary>
    internal void Remove(GenerationJob job)
    {
        lock (_gate)
        {
            _queue.Remove(job);
            Moved();
        }
    }

    /// <summary>Takes no more and ends when what runs is finished; what waits is handed back.</summary>
    internal void Stop()
    {
        IReadOnlyList<GenerationJob> handedBack;
        lock (_gate)
        {
            if (State is ModelState.Stopping or ModelState.Ended) return;
            State = ModelState.Stopping;
            handedBack = _queue.Waiting();
            foreach (var job in handedBack) _queue.Remove(job);
            Monitor.PulseAll(_gate);
        }
        foreach (var job in handedBack)
            job.Fail(new RequestException("the server stops before this was begun; ask again.", null, 503, "stopping", TimeSpan.FromSeconds(5)), _context.Time.GetUtcNow());
    }

    /// <summary>Ends where it has nothing to do, and says whether it does.</summary>
    internal bool TryStopIdle()
    {
        lock (_gate)
        {
            if (State != ModelState.Ready || _queue.Count > 0 || _running > 0) return false;
            State = ModelState.Stopping;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    private void Run()
    {
        MsfModel? model = null;
        try
        {
            model = Load();
            if (model is null) return;
            var runner = new BatchRunner(model, Card, _context, Speed, _delivery, TakeLate);
            while (Next() is { } tasks)
            {
                _lastTogether = tasks.DistinctBy(task => task.Job).Count() > 1 ? tasks.Count : 0;
                runner.Make(tasks);
            }
        }
        finally
        {
            model?.Dispose();
            Stop();
            _delivery.EndAsync().GetAwaiter().GetResult();
            State = ModelState.Ended;
            _loaded.TrySetResult();
            _ended.TrySetResult();
        }
    }

    private MsfModel? Load()
    {
        try
        {
            var model = ModelLoader.Load(Card, _context, Speed);
            lock (_gate)
                if (State == ModelState.Loading) State = ModelState.Ready;
            _loaded.TrySetResult();
            return model;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or ExternalException or OutOfMemoryException)
        {
            Fault = error.Message.Split('\n')[0];
            ServerLog.LoadFailed(_context.Log, Card.Name, Fault);
            return null;
        }
    }

    // The next batch, or null at the end. Where several asked together just now they will do so again in a moment: one waits for them.
    private List<ImageTask>? Next()
    {
        lock (_gate)
        {
            _running = 0;
            while (_queue.Count == 0)
            {
                if (State == ModelState.Stopping) return null;
                Monitor.Wait(_gate);
            }
            for (var left = Stopwatch.StartNew(); _queue.Count < _lastTogether && left.Elapsed < _gathering && State == ModelState.Ready;)
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(1));
            return Taken(_queue.Take());
        }
    }

    private List<ImageTask> Taken(List<ImageTask> tasks)
    {
        _running += tasks.Count;
        LastUsed = _context.Time.GetUtcNow();
        Moved();
        return tasks;
    }

    private void Moved()
    {
        var place = 0;
        foreach (var job in _queue.Waiting()) job.Waits(place++);
        _context.Meter.Queue(Card.Name, _queue.Count);
    }

    private List<ImageTask> TakeLate(string key, int most)
    {
        lock (_gate) return Taken(_queue.Take(key, most));
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate) return read();
    }
}

namespace Msf.Server;

/// <summary>The loaded models, within a budget of memory: what was used longest ago goes when another is wanted. Usable from any thread.</summary>
internal sealed class ModelPool
{
    private static readonly TimeSpan _faultMemory = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ModelWorker> _workers = [];
    private readonly Dictionary<string, (DateTimeOffset Until, string Fault)> _faults = [];
    private readonly EngineContext _context;
    private readonly long _budget;
    private bool _stopping;

    internal ModelPool(EngineContext context)
    {
        _context = context;
        _budget = context.Options.Limits.ModelBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
    }

    /// <summary>Workers of models that are loaded or being loaded.</summary>
    internal IReadOnlyList<ModelWorker> Workers
    {
        get
        {
            lock (_lock) return [.. _workers.Values];
        }
    }

    /// <summary>The worker of a model, where it is there; it is not loaded for that.</summary>
    internal ModelWorker? Find(string name)
    {
        lock (_lock) return _workers.GetValueOrDefault(name);
    }

    /// <summary>The worker of a model, ready for images; starts to load it where it is not.</summary>
    /// <exception cref="RequestException">It is being loaded, or could not be, or there is no memory for it now.</exception>
    internal ModelWorker Ready(ModelCard card)
    {
        var worker = Start(card);
        return worker.State switch
        {
            ModelState.Ready => worker,
            ModelState.Loading => throw new RequestException($"{card.Name} is being loaded; ask again in a moment.", "model", 503, "model_loading", TimeSpan.FromSeconds(1)),
            _ => throw new RequestException($"{card.Name} is being unloaded; ask again in a moment.", "model", 503, "model_loading", TimeSpan.FromSeconds(1)),
        };
    }

    /// <summary>Starts to load a model, or finds it. One that was written anew is loaded anew, as soon as the old one has nothing to do.</summary>
    /// <exception cref="RequestException">It could not be loaded just now, or there is no memory for it.</exception>
    internal ModelWorker Start(ModelCard card)
    {
        lock (_lock)
        {
            if (_stopping) throw new RequestException("the server is stopping.", null, 503, "stopping", TimeSpan.FromSeconds(5));
            foreach (var ended in _workers.Values.Where(worker => worker.State == ModelState.Ended).ToArray()) Drop(ended);
            if (_workers.TryGetValue(card.Name, out var known) && (known.Card == card || !TryUnload(known))) return known;   // the folder may hold another model now
            var now = _context.Time.GetUtcNow();
            if (_faults.TryGetValue(card.Name, out var failed) && failed.Until > now)
                throw new RequestException($"{card.Name} could not be loaded; the server's log says why.", "model", 503, "model_failed", failed.Until - now);
            MakeRoom(card);
            var worker = _workers[card.Name] = new ModelWorker(card, _context);
            _context.Meter.Loaded(_workers.Count);
            return worker;
        }
    }

    /// <summary>Ends all workers: what runs is finished, what waits is handed back.</summary>
    internal Task StopAsync()
    {
        ModelWorker[] workers;
        lock (_lock)
        {
            _stopping = true;
            workers = [.. _workers.Values];
        }
        foreach (var worker in workers) worker.Stop();
        return Task.WhenAll(workers.Select(worker => worker.Ended));
    }

    private void MakeRoom(ModelCard card)
    {
        var needed = card.Bytes(_context.Options.Limits.Batch);
        if (needed > _budget)
            throw new RequestException($"{card.Name} needs about {needed / 1e9:F1} GB, and all models together may take {_budget / 1e9:F1} GB.", "model", 503, "no_memory");
        while (_workers.Values.Sum(worker => worker.Bytes) + needed > _budget)
        {
            if (!_workers.Values.OrderBy(worker => worker.LastUsed).ToArray().Any(TryUnload)) throw Full(card);
        }
    }

    private bool TryUnload(ModelWorker worker)
    {
        if (!worker.TryStopIdle()) return false;
        Remove(worker);
        _ = worker.Ended.ContinueWith(_ => ServerLog.Unloaded(_context.Log, worker.Card.Name), TaskScheduler.Default);
        return true;
    }

    // One that could not load its model holds no memory, and its fault is remembered for a while.
    private void Drop(ModelWorker ended)
    {
        Remove(ended);
        if (ended.Fault is { } fault) _faults[ended.Card.Name] = (_context.Time.GetUtcNow() + _faultMemory, fault);
    }

    private void Remove(ModelWorker worker)
    {
        _workers.Remove(worker.Card.Name);
        _context.Meter.Loaded(_workers.Count);
    }

    private static RequestException Full(ModelCard card) =>
        new($"there is no memory for {card.Name} as long as other models are at work; ask again in a moment.", "model", 503, "no_memory", TimeSpan.FromSeconds(5));
}

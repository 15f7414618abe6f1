using System.Diagnostics;
using System.Runtime.InteropServices;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

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
    private int _running;
    private int _lastTogether;

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
    internal int Waiting
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    /// <summary>Images of a client that wait.</summary>
    internal int WaitingOf(string client)
    {
        lock (_gate) return _queue.CountOf(client);
    }

    /// <summary>Multiply-adds that wait.</summary>
    internal double WaitingWork
    {
        get
        {
            lock (_gate) return _queue.Work;
        }
    }

    /// <summary>Whether it has nothing to do.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate) return _queue.Count == 0 && _running == 0;
        }
    }

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

    private void Run()
    {
        MsfModel? model = null;
        try
        {
            model = Load();
            if (model is null) return;
            while (Next() is { } tasks) Make(model, tasks);
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
        var clock = Stopwatch.StartNew();
        MsfModel? model = null;
        try
        {
            model = MsfModel.Load(Card.Folder, _context.Device, _context.Options.Precision);
            Speed.Calibrate(model.Device, model.Precision);
            using (NewDisposeScope())
            {
                using var image = model.Sample(model.Request([0], seed: 0));                  // compiles, and measures
            }
            ServerLog.Loaded(_context.Log, Card.Name, clock.Elapsed.TotalSeconds, model.Precision.ToName());
            lock (_gate)
            {
                if (State == ModelState.Loading) State = ModelState.Ready;
            }
            _loaded.TrySetResult();
            return model;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or ExternalException or OutOfMemoryException)
        {
            model?.Dispose();
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
        _context.Meter.Queue.WithLabels(Card.Name).Set(_queue.Count);
    }

    private void Make(MsfModel model, List<ImageTask> tasks)
    {
        RunningBatch? batch = null;
        using var activity = EngineMeter.Activities.StartActivity("batch");
        activity?.SetTag("msf.model", Card.Name).SetTag("msf.images", tasks.Count);
        _lastTogether = tasks.DistinctBy(task => task.Job).Count() > 1 ? tasks.Count : 0;
        try
        {
            tasks.RemoveAll(task => task.Job.IsOver);
            if (tasks.Count == 0) return;
            batch = new RunningBatch(model, tasks);
            while (!batch.Cohort.IsDone)
            {
                batch = LetCatchUp(model, batch);
                if (!RunStage(model, batch)) return;
            }
            var images = batch.ToImages(model, batch.Cohort.Level!, complete: true);
            for (var i = 0; i < images.Length; i++) _delivery.Finished(batch.Tasks[i], images[i]);
            Speed.Measured(Card.At(batch.Tasks[0].Settings), batch.Tasks[0].Sampling, images.Length, batch.Seconds);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants it any more.
        }
        catch (Exception error)
        {
            ServerLog.BatchFailed(_context.Log, error, Card.Name);
            Fail(batch?.Tasks ?? tasks);
        }
        finally
        {
            batch?.Dispose();
        }
    }

    // Images of the same settings that came after these were begun run the stages that these have behind them, and then all go on together, as the batch that is returned.
    private RunningBatch LetCatchUp(MsfModel model, RunningBatch batch)
    {
        if (batch.Cohort.Stage == 0 || batch.HasWaited) return batch;
        List<ImageTask> late;
        lock (_gate)
        {
            var allowed = Math.Min(batch.Room, (int)(_context.Options.Limits.Patience * batch.Tasks.Count));
            late = allowed < 1 ? [] : Taken(_queue.Take(batch.Tasks[0].BatchKey, allowed));
        }
        late.RemoveAll(task => task.Job.IsOver);
        if (late.Count == 0) return batch;
        batch.HasWaited = true;
        RunningBatch? followers = null;
        try
        {
            followers = new RunningBatch(model, late);
            while (followers.Cohort.Stage < batch.Cohort.Stage)
            {
                if (RunStage(model, followers)) continue;
                followers.Dispose();
                return batch;
            }
            if (batch.DropUnwanted())
            {
                batch.Join(followers);
                return batch;
            }
            batch.Dispose();
            return followers;
        }
        catch
        {
            followers?.Dispose();
            Fail(late);
            throw;
        }
    }

    // One stage of a batch; false where nobody wants its images any more.
    private bool RunStage(MsfModel model, RunningBatch batch)
    {
        var (cohort, stage) = (batch.Cohort, batch.Cohort.Stage);
        using var activity = EngineMeter.Activities.StartActivity("stage");
        activity?.SetTag("msf.stage", stage).SetTag("msf.images", batch.Tasks.Count);
        _context.Meter.BatchSize.WithLabels(Card.Name, $"{stage}").Observe(batch.Tasks.Count);
        var clock = Stopwatch.StartNew();
        do
        {
            if (!batch.DropUnwanted()) return false;
            _context.Turn.Run(() => cohort.Advance(batch.Nobody));
            var (step, steps) = cohort.IsAtBorder ? (batch.Tasks[0].Settings.Steps[stage], batch.Tasks[0].Settings.Steps[stage]) : (cohort.Step, cohort.Steps);
            foreach (var group in batch.Tasks.GroupBy(task => task.Job))
                group.Key.Stepped(stage, StageName(stage), step, steps, group.Count() * batch.WorkOfStep(stage, steps), Speed.SecondsPerWork);
            Show(model, batch, stage, step, steps);
        }
        while (!cohort.IsAtBorder);
        batch.Seconds += clock.Elapsed.TotalSeconds;
        _context.Meter.StageSeconds.WithLabels(Card.Name, $"{stage}").Observe(clock.Elapsed.TotalSeconds);
        return true;
    }

    // The base when it is there, and where somebody looks on, a few times before.
    private void Show(MsfModel model, RunningBatch batch, int stage, int step, int steps)
    {
        if (batch.Cohort.IsDone) return;
        var complete = batch.Cohort.IsAtBorder;
        var wanted = batch.Tasks.Where(task => complete || (task.Job.Events.HasReaders && Previews(task.Job, step, steps))).ToHashSet();
        if (wanted.Count == 0) return;
        using var scope = NewDisposeScope();
        if (batch.Cohort.Preview() is not { } level) return;
        var images = batch.ToImages(model, level, complete: false);
        _delivery.Previewed(stage, complete, [.. batch.Tasks.Zip(images).Where(pair => wanted.Contains(pair.First))]);
    }

    private static bool Previews(GenerationJob job, int step, int steps)
    {
        var parts = job.PreviewsAStage + 1;
        return step * parts / steps != (step - 1) * parts / steps && step < steps;
    }

    private void Fail(IEnumerable<ImageTask> tasks)
    {
        foreach (var task in tasks)
            task.Job.Fail(new RequestException("the images could not be made; the server's log says why.", null, 500, "generation_failed"), _context.Time.GetUtcNow());
    }

    private string StageName(int stage) => StageNames.Of(stage, Card.Stages);
}

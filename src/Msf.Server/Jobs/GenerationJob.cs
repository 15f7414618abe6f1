using System.Security.Cryptography;

namespace Msf.Server;

/// <summary>A request for images, from its arrival to its last image. Usable from any thread.</summary>
internal sealed class GenerationJob : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, JobImage> _images = [];
    private readonly Dictionary<int, byte[]> _bases = [];
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<ImageTask> _tasks = [];
    private double _work;
    private double _workDone;
    private int _announcedStage = -1;
    private int _announcedPosition = -1;

    /// <summary>An identifier that nobody guesses.</summary>
    internal string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Who asked.</summary>
    internal required string Client { get; init; }

    /// <summary>What is made.</summary>
    internal required JobKind Kind { get; init; }

    /// <summary>What it is made with; of a sweep, what all images have in common.</summary>
    internal required GenerationSettings Settings { get; init; }

    /// <summary>When it came.</summary>
    internal required DateTimeOffset Created { get; init; }

    /// <summary>Whether images go to the gallery; else they stay with the job.</summary>
    internal bool KeepsImages { get; init; } = true;

    /// <summary>The picture it starts from; null for none, and once it has ended.</summary>
    internal JobPicture? Picture { get; set; }

    /// <summary>Previews within a stage that are wanted, on top of the one at its end.</summary>
    internal int PreviewsAStage { get; init; } = 3;

    /// <summary>Its images.</summary>
    internal IReadOnlyList<ImageTask> Tasks
    {
        get => _tasks;
        set => (_tasks, _work) = (value, value.Sum(task => task.Work.Sum()));
    }

    /// <summary>What happened.</summary>
    internal JobEvents Events { get; } = new();

    /// <summary>Ends with the job, however it ends.</summary>
    internal Task Completion => _completion.Task;

    /// <summary>Set when nobody wants the images that are not finished.</summary>
    internal CancellationToken Over => _over.Token;

    /// <summary>Where it stands.</summary>
    internal JobState State { get; private set; } = JobState.Queued;

    /// <summary>Why it failed; null where it did not.</summary>
    internal RequestException? Fault { get; private set; }

    /// <summary>When it ended.</summary>
    internal DateTimeOffset? Ended { get; private set; }

    /// <summary>Jobs that came before it and still wait; 0 when it runs.</summary>
    internal int Position { get; private set; }

    /// <summary>Where the images that are being made stand.</summary>
    internal JobProgress? Progress { get; private set; }

    /// <summary>The newest preview as a PNG, of the job's first image in it.</summary>
    internal byte[]? Preview { get; private set; }

    /// <summary>Whether it has ended.</summary>
    internal bool IsOver => State is JobState.Done or JobState.Cancelled or JobState.Failed;

    /// <summary>Finished images, in their order.</summary>
    internal IReadOnlyList<JobImage> Images
    {
        get
        {
            lock (_lock) return [.. _images.Values];
        }
    }

    /// <summary>Tells its place.</summary>
    internal void Waits(int position)
    {
        lock (_lock)
        {
            if (State != JobState.Queued || position == _announcedPosition) return;
            Position = _announcedPosition = position;
            Events.Add("queued", new { position }, "queued");
        }
    }

    /// <summary>A step was taken.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="stageName">Its name.</param>
    /// <param name="step">Steps done of it; 0 at its start.</param>
    /// <param name="steps">Steps of it.</param>
    /// <param name="work">Multiply-adds that were done for this job.</param>
    /// <param name="secondsPerWork">What a multiply-add takes; null where not known.</param>
    internal void Stepped(int stage, string stageName, int step, int steps, double work, double? secondsPerWork)
    {
        lock (_lock)
        {
            if (IsOver) return;
            (State, Position) = (JobState.Running, 0);
            _workDone += work;
            if (stage != _announcedStage) Events.Add("stage", new { stage, name = stageName }, $"stage {stage}");
            _announcedStage = stage;
            var done = Math.Clamp(_workDone / _work, 0, 1);
            Progress = new JobProgress(stage, step, steps, Math.Round(done, 4), secondsPerWork is { } each ? Math.Round((_work - _workDone) * each, 3) : null);
            Events.Add("progress", Progress, "progress");
        }
    }

    /// <summary>There is something to see.</summary>
    /// <param name="stage">The stage it is of.</param>
    /// <param name="complete">Whether the stage is finished.</param>
    /// <param name="images">PNG files with their places in the job.</param>
    internal void Previewed(int stage, bool complete, IReadOnlyList<(int Index, byte[] Png)> images)
    {
        lock (_lock)
        {
            if (State == JobState.Done) return;
            if (Preview is null || images[0].Index == 0) Preview = images[0].Png;
            if (KeepsImages && complete && stage == 0 && !IsOver)
                foreach (var (index, png) in images) _bases[index] = png;
            Events.Add("preview", new JobPreview(stage, complete, images), $"preview {stage} {images[0].Index}");
        }
    }

    /// <summary>An image is finished.</summary>
    /// <param name="image">It.</param>
    /// <param name="now">The time.</param>
    internal void Finished(JobImage image, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (IsOver) return;
            _images[image.Index] = image;
            Events.Add("image", image);
            if (_images.Count < Tasks.Count) return;
            Progress = Progress is { } last ? last with { Progress = 1, RemainingSeconds = 0 } : null;
            End(JobState.Done, now, "done", new { settings = Settings, seconds = Math.Round((now - Created).TotalSeconds, 3) });
        }
    }

    /// <summary>The base of an image that is not finished yet, which is then no longer kept here; null where there is none.</summary>
    internal byte[]? TakeBase(int index)
    {
        lock (_lock) return _bases.Remove(index, out var png) ? png : null;
    }

    /// <summary>Its client gives it up.</summary>
    /// <returns>Whether it was still going on.</returns>
    internal bool Cancel(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (IsOver) return false;
            End(JobState.Cancelled, now, "cancelled", new { });
            return true;
        }
    }

    /// <summary>Something went wrong.</summary>
    internal void Fail(RequestException fault, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (IsOver) return;
            Fault = fault;
            End(JobState.Failed, now, "failed", new { message = fault.Message, code = fault.Code });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();

    private void End(JobState state, DateTimeOffset now, string name, object data)
    {
        (State, Ended, Position, Picture) = (state, now, 0, null);
        _bases.Clear();
        Events.Add(name, data, ends: true);
        _over.CancelAsync();
        _completion.TrySetResult();
    }
}

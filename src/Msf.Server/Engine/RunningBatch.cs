using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Server;

/// <summary>Images that are made together. Lives on the worker's thread.</summary>
internal sealed class RunningBatch : IDisposable
{
    private readonly StartingPicture? _picture;
    private readonly CancellationTokenSource _nobody = new();
    private readonly List<CancellationTokenRegistration> _registrations = [];

    /// <summary>Begins a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tasks">Images of one key, at least one.</param>
    internal RunningBatch(MsfModel model, List<ImageTask> tasks)
    {
        Tasks = tasks;
        var first = tasks[0];
        var job = first.Job;
        if (job.Picture is { } picture)
            _picture = StartingPicture.Prepare(model, picture.Picture, new PixelSize(first.Settings.Width, first.Settings.Height), picture.Strength, picture.Mask);
        try
        {
            Cohort = model.Start(new SamplingRequest
            {
                Labels = [.. tasks.Select(task => task.Label)],
                ImageIndices = [.. tasks.Select(task => task.ImageIndex)],
                BaseIndices = tasks.Any(task => task.Settings.BaseIndex is not null) ? [.. tasks.Select(task => task.Settings.BaseIndex ?? task.ImageIndex)] : null,
                Seeds = [.. tasks.Select(task => task.Settings.Seed)],
                Seed = first.Settings.Seed,
                Sampling = first.Sampling,
                Size = first.Target,
                Source = _picture?.Source,
            });
        }
        catch
        {
            _picture?.Dispose();
            throw;
        }
        Watch(tasks);
    }

    /// <summary>The images, in the order of the cohort.</summary>
    internal List<ImageTask> Tasks { get; private set; }

    /// <summary>They on their way.</summary>
    internal SamplingCohort Cohort { get; }

    /// <summary>Set when nobody wants any of them.</summary>
    internal CancellationToken Nobody => _nobody.Token;

    /// <summary>Whether they start from a picture, so that stages may be left out.</summary>
    internal bool HasPicture => _picture is not null;

    /// <summary>Images that others may still join with.</summary>
    internal int Room => !HasPicture ? Tasks[0].BatchLimit - Tasks.Count : 0;

    /// <summary>Whether these images have already been held up once for later ones.</summary>
    internal bool HasWaited { get; set; }

    /// <summary>Seconds of computing so far.</summary>
    internal double Seconds { get; set; }

    /// <summary>Multiply-adds of a step of the running stage, for one image.</summary>
    internal double WorkOfStep(int stage, int steps) => Tasks[0].Work[stage] / steps;

    /// <summary>Leaves out what nobody wants any more.</summary>
    /// <returns>Whether anything is left.</returns>
    internal bool DropUnwanted()
    {
        if (Tasks.All(task => !task.Job.IsOver)) return true;
        int[] wanted = [.. Enumerable.Range(0, Tasks.Count).Where(i => !Tasks[i].Job.IsOver)];
        if (wanted.Length == 0) return false;
        Cohort.Keep(wanted);
        Tasks = [.. wanted.Select(i => Tasks[i])];
        return true;
    }

    /// <summary>Takes another batch in, which is then empty.</summary>
    internal void Join(RunningBatch other)
    {
        Cohort.Join(other.Cohort);
        Tasks = [.. Tasks, .. other.Tasks];
        Seconds += other.Seconds;
        Watch(other.Tasks);
        other.Dispose();
    }

    /// <summary>Images of a level, those of a picture kept where its mask says.</summary>
    internal RgbImage[] ToImages(MsfModel model, TorchSharp.torch.Tensor level, bool complete)
    {
        using var decoded = model.Decode(level);
        if (_picture is null || !complete) return ImageTensors.ToImages(decoded);
        using var kept = _picture.Keep(decoded);
        return ImageTensors.ToImages(kept);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        Cohort.Dispose();
        _picture?.Dispose();
        _nobody.Dispose();
    }

    private void Watch(IEnumerable<ImageTask> tasks)
    {
        foreach (var job in tasks.Select(task => task.Job).Distinct())
            _registrations.Add(job.Over.Register(() =>
            {
                if (Tasks.All(task => task.Job.IsOver)) _nobody.Cancel();
            }));
    }
}

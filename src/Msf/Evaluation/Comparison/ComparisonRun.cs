using System.Diagnostics;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Trains and measures all arms of a comparison: what <c>msf compare</c> does. Whatever is there already is taken over; several processes can work in one folder, each on arms that no other has in hand.
/// </summary>
/// <param name="config">A valid comparison.</param>
/// <param name="path">Its folder.</param>
/// <param name="device">Where to compute.</param>
public sealed class ComparisonRun(ComparisonConfig config, string path, Device device)
{
    private readonly Stopwatch _clock = new();
    private ArmJournal? _journals;
    private double _allWork, _workBefore, _workDone;

    /// <summary>Told what a person should know, one line each.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Told of every step and batch.</summary>
    public IProgress<ComparisonProgress>? Progress { get; init; }

    /// <summary>Told of the images of the data.</summary>
    public IProgress<EvaluationProgress>? ReferenceProgress { get; init; }

    /// <summary>The folder.</summary>
    public ComparisonFolder Folder { get; } = new(path);

    /// <summary>Works until everything is measured, but for what other processes have in hand.</summary>
    /// <param name="only">Names of arms to work on; null for all.</param>
    /// <param name="cancellation">Stops it; a training saves a checkpoint first.</param>
    /// <returns>How many arms and seeds are measured in full, and how many there are.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="FileNotFoundException">A file is missing, that of the feature network for one.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is missing, or none of a classifier.</exception>
    /// <exception cref="InvalidDataException">The folder has an arm of the same name that was trained or measured in another way, or a file is broken.</exception>
    /// <exception cref="ArgumentException">Configuration and data do not fit.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public (int Done, int Count) Run(IReadOnlyCollection<string>? only = null, CancellationToken cancellation = default)
    {
        var plan = ComparisonPlan.Of(config);
        _journals = new ArmJournal(config.Measures, Folder, FeatureNetworks.DigestOf(config.Measures.Features));
        Directory.CreateDirectory(Folder.Root);
        AtomicFile.Write(Folder.Config, stream => JsonSerializer.Serialize(stream, config, JsonFormat.Indented));
        _allWork = plan.Sum(Work);
        _workDone = _workBefore = plan.Where(IsMeasured).Sum(Work);
        _clock.Start();
        ComparisonReference? reference = null;
        try
        {
            for (var i = 0; i < plan.Count; i++)
            {
                var arm = plan[i];
                if (only?.Contains(arm.Arm.Name) == false || IsMeasured(arm)) continue;
                cancellation.ThrowIfCancellationRequested();
                Directory.CreateDirectory(Folder.Arm(arm));
                using var held = RunLock.TryTake(new RunFolder(Folder.Arm(arm)));
                if (held is null || IsMeasured(arm)) continue;
                Do(arm, i, plan, model => reference ??= Reference(model, arm, cancellation), cancellation);
            }
        }
        finally
        {
            reference?.Dispose();
        }
        return (plan.Count(IsMeasured), plan.Count);
    }

    private void Do(PlannedArm arm, int index, IReadOnlyList<PlannedArm> plan, Func<MsfModel, ComparisonReference> reference, CancellationToken cancellation)
    {
        var owner = arm.Arm.TrainedAs is { } name ? plan.First(other => other.Arm.Name == name && other.Seed == arm.Seed) : arm;
        using var journal = _journals!.Open(arm);
        if (owner == arm)
            ArmTraining.Run(
                arm, Folder, device, line => Note?.Invoke($"{arm.Arm.Name}, seed {arm.Seed}: {line}"),
                images => Report(arm, index, plan.Count, "training", images, arm.Config.Training.MaxImages, arm.TrainingMultiplyAddsAt(images)), cancellation);
        else if (!ArmTraining.IsDone(owner, Folder))
        {
            Note?.Invoke($"{arm.Arm.Name}, seed {arm.Seed}: waits for {owner.Arm.Name}, whose weights it takes");
            return;
        }
        var trained = owner == arm ? arm.TrainingMultiplyAdds : 0;
        var all = ArmMeasurement.Count(arm, config.Measures) * (long)config.Measures.Samples;
        var measuring = ArmMeasurement.MultiplyAdds(arm, config.Measures);
        new ArmMeasurement(arm, config.Measures, judged => Folder.Model(owner, judged), reference, device)
        {
            Progress = (done, count) =>
            {
                var samples = ArmMeasurement.Asked(arm, config.Measures, journal.Entries).Count * (long)config.Measures.Samples + done;
                Report(arm, index, plan.Count, "sampling", samples, all, trained + measuring * samples / all);
            },
        }.Run(journal, cancellation);
        _workDone += Work(arm);
    }

    private ComparisonReference Reference(MsfModel model, PlannedArm arm, CancellationToken cancellation) => ComparisonReference.Open(
        model, config.Measures.Data ?? arm.Config.Data.Source ?? throw new ArgumentException("the comparison names no images; set data.source."), config.Measures, Folder, device, ReferenceProgress, cancellation);

    private bool IsMeasured(PlannedArm arm) => ArmMeasurement.IsComplete(arm, config.Measures, _journals!.Read(arm));

    private double Work(PlannedArm arm) => (arm.Arm.TrainedAs is null ? arm.TrainingMultiplyAdds : 0) + ArmMeasurement.MultiplyAdds(arm, config.Measures);

    private void Report(PlannedArm arm, int index, int count, string what, long done, long total, double workOfArm)
    {
        var work = _workDone + workOfArm;
        var rate = (work - _workBefore) / _clock.Elapsed.TotalSeconds;
        TimeSpan? remaining = rate > 0 ? TimeSpan.FromSeconds(Math.Min((_allWork - work) / rate, 1e8)) : null;
        Progress?.Report(new ComparisonProgress(arm.Arm.Name, arm.Seed, index, count, what, done, total, work / _allWork, remaining));
    }
}

using Msf.Data;
using Msf.Factorization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains all stages of a model in one run. Every batch goes to the stage furthest behind its share of the compute;
/// everything random is a function of (seed, step), so a run is resumed by its position alone.
/// </summary>
public sealed class Trainer : IDisposable, ITrainedRun
{
    private readonly RunFolder _run;
    private readonly ITrainingBatches _batches;
    private readonly RunData _data;
    private readonly IReadOnlyList<string> _classNames;
    private readonly Device _device;
    private readonly ComputeShares _shares;
    private readonly RunStages _stages;
    private readonly StageInitialization _initialization;
    private readonly RunStorage _storage;
    private readonly AverageSnapshots _snapshots;
    private readonly TrainingLoop _loop;
    private readonly ComponentStatistics _statistics;
    private readonly StageExamples _examples;
    private long _steps;

    /// <summary>Builds networks and optimisers; <see cref="TrainingRun.Open"/> prepares the rest.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="run">Run folder.</param>
    /// <param name="batches">The data, at the model's size; disposed with this.</param>
    /// <param name="classNames">Names of the classes, in the order of their indices.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="statistics">Component statistics of the data.</param>
    /// <param name="data">What is trained on, with the autoencoder of latents, and what is distilled; disposed with this.</param>
    internal Trainer(
        RunConfig config, RunFolder run, ITrainingBatches batches, IReadOnlyList<string> classNames, Device device, ComponentStatistics statistics, RunData data)
    {
        (_run, _batches, _classNames, _device, _statistics, _data) = (run, batches, classNames, device, statistics, data);
        Precision = PrecisionSelector.Resolve(config.Training.Precision, device);
        Config = config = config with { Training = config.Training with { Precision = Precision } };
        _examples = new StageExamples(new MultiScaleFactorization(config.Model.Factorization), statistics);
        _shares = new ComputeShares(config);
        var images = _shares.ImagesPerStage(config.Training.MaxImages);
        SeededNoise.SeedGlobalGenerator(config.Training.Seed);                                         // the modules' initial weights draw from it
        _stages = new RunStages(config, images, Precision, device, data.Teacher);
        _initialization = new StageInitialization(config, _stages.All);
        _storage = new RunStorage(config, run, _shares, _stages, data.Latents);
        _snapshots = new AverageSnapshots(run);
        _loop = new TrainingLoop(this, config.Training, run, new RunPage(config, run));
    }

    /// <summary>The configuration, with the precision that was chosen.</summary>
    public RunConfig Config { get; }

    /// <summary>Type of the products.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Images seen over all stages.</summary>
    public long Images => _batches.Position;

    /// <summary>The stages, coarse to fine.</summary>
    internal IReadOnlyList<StageTrainer> Stages => _stages.All;

    /// <summary>What the stages share; null where each has a trunk of its own.</summary>
    internal ParameterGroup? Trunk => _stages.Trunk;

    /// <summary>How long training has waited for saves, in all; what is written when nothing is left to train is not waited for by it.</summary>
    public TimeSpan SavingStall => _loop.SavingStall;

    /// <summary>What is disposed with this: the hold on the run folder.</summary>
    internal IDisposable? Holds { get; set; }

    /// <inheritdoc/>
    long ITrainedRun.Steps => _steps;

    /// <inheritdoc/>
    long ITrainedRun.SkippedSteps => Stages.Sum(trainer => trainer.SkippedSteps);

    /// <inheritdoc/>
    bool ITrainedRun.InDoubt => _stages.InDoubt;

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(SavedRun saved)
    {
        _storage.Load(saved);
        (_batches.Position, _steps) = (saved.State.Images, saved.State.Steps);
        _loop.Restore(saved.State.Seconds, saved.State.Metrics ?? []);
    }

    /// <summary>
    /// Trains until the end of the run or until cancelled; a cancelled run finishes its step and saves. Batches are whole, so a run may
    /// see up to a batch more than its length.
    /// </summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <exception cref="InvalidDataException">Training diverged, or an image is damaged; the checkpoints are as they were.</exception>
    /// <exception cref="IOException">The run folder cannot be written; the checkpoints are as they were.</exception>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        _loop.Train(progress, cancellation);
        return new TrainingResult(_run.Root, Images, _loop.Seconds, _storage.FolderOf(Images), _run.Model, Images >= Config.Training.MaxImages);
    }

    /// <summary>Trains one stage on one batch.</summary>
    /// <returns>The stage and what its step reports.</returns>
    /// <exception cref="InvalidDataException">Training diverged, or an image is damaged; this trainer is of no further use.</exception>
    public (int Stage, StepResult Result) Step()
    {
        using var scope = NewDisposeScope();
        var stage = _shares.Next([.. Stages.Select(trainer => trainer.Images)]);
        using var generator = SeededNoise.Generator(Config.Training.Seed, _steps);
        var batch = _batches.Next(Config.Training.BatchSize);                                 // (B, C, H, W), (B), (B, A)
        var (component, condition) = _examples.Of(stage, batch.Images.to(_device));
        _initialization.FromBase(stage);
        var result = Stages[stage].Step(component, batch.Labels.to(_device), condition, generator, batch.AugmentationLabels?.to(_device));
        _steps++;
        return (stage, result);
    }

    /// <inheritdoc cref="StageInitialization.FromModel"/>
    internal void Initialize(InitialWeightsConfig initial, Action<string> tell) => _initialization.FromModel(initial, tell);

    /// <inheritdoc cref="StageInitialization.TellWhatStartsFromBase"/>
    internal void TellWhatStartsFromBase(Action<string> tell) => _initialization.TellWhatStartsFromBase(tell);

    /// <inheritdoc/>
    public void Dispose()
    {
        _batches.Dispose();
        _data.Dispose();
        _storage.Dispose();
        _stages.Dispose();
        Holds?.Dispose();
    }

    /// <inheritdoc/>
    (int Stage, StepResult Result, long Skipped) ITrainedRun.Step()
    {
        var (stage, result) = Step();
        return (stage, result, Stages[stage].SkippedSteps);
    }

    /// <inheritdoc/>
    Func<int, IReadOnlyList<double?>> ITrainedRun.LossByTime => stage => Stages[stage].LossByTime.Take();

    /// <inheritdoc/>
    IReadOnlyList<Func<Action>> ITrainedRun.Copies(long? previous, bool checkpoint)
    {
        var snapshot = previous is { } images && SnapshotIsDue(images);
        if (!snapshot && !checkpoint) return [];
        var state = State();
        var copies = new List<Func<Action>>();
        if (snapshot) copies.Add(() => _snapshots.Copy(state.Images, Snapshot(state), _stages)); // first: a resumed run has all up to its checkpoint
        if (checkpoint) copies.Add(() => _storage.Copy(state));
        return copies;
    }

    /// <inheritdoc/>
    bool ITrainedRun.DrawSheet(string path, CancellationToken cancellation) =>
        new SampleSheet(Config, _data.Latents?.Autoencoder).Draw(Stages, _statistics, path, cancellation);

    private bool SnapshotIsDue(long previous) =>
        Config.Training.PostHocEma is { } averages && (Images >= Config.Training.MaxImages || previous / averages.SnapshotEveryImages != Images / averages.SnapshotEveryImages);

    private AverageSnapshot Snapshot(TrainingState state) => new()
    {
        FormatVersion = AverageSnapshot.CurrentFormat,
        RelativeWidths = Config.Training.PostHocEma!.RelativeWidths,
        Manifest = _storage.Manifest(state),
    };

    private TrainingState State() => new()
    {
        Images = Images,
        Steps = _steps,
        StageImages = [.. Stages.Select(stage => stage.Images)],
        StageSteps = [.. Stages.Select(stage => stage.Steps)],
        StageSkipped = [.. Stages.Select(stage => stage.SkippedSteps)],
        StageSkippedInARow = [.. Stages.Select(stage => stage.SkippedInARow)],
        Seconds = _loop.Seconds,
        Statistics = _statistics,
        ClassNames = [.. _classNames],
        SourceImages = _batches.Count,
        AutoencoderIdentity = _data.Latents?.Autoencoder.Identity,
        Metrics = _loop.Sums,
        Environment = RunEnvironment.Current(_device, Precision),
    };
}

using System.Diagnostics;
using Msf.Data;
using Msf.Factorization;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains all stages of a model in one run. Every batch goes to the stage furthest behind its share of the compute;
/// everything random is a function of (seed, step), so a run is resumed by its position alone.
/// </summary>
public sealed class Trainer : IDisposable
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
    private readonly MetricsLog _metrics;
    private readonly AverageSnapshots _snapshots;
    private readonly TensorBoardLog _tensorBoard;
    private readonly ComponentStatistics _statistics;
    private readonly StageExamples _examples;
    private long _steps;
    private double _seconds;

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
        _metrics = new MetricsLog(run.Metrics);
        _snapshots = new AverageSnapshots(run);
        _tensorBoard = new TensorBoardLog(run.TensorBoard);
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
    public TimeSpan SavingStall { get; private set; }

    /// <summary>What is disposed with this: the hold on the run folder.</summary>
    internal IDisposable? Holds { get; set; }

    private string Sheet => Path.Combine(_run.Samples, $"{Images:D9}.png");

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(SavedRun saved)
    {
        _storage.Load(saved);
        (_batches.Position, _steps, _seconds) = (saved.State.Images, saved.State.Steps, saved.State.Seconds);
        _metrics.Sums = saved.State.Metrics ?? [];
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
        try
        {
            return Run(progress, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{e.Message.TrimEnd('.')}: training stopped after {Images:N0} images, its checkpoints are whole; put that right and go on with --resume.", e);
        }
    }

    private TrainingResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var training = Config.Training;
        var (clock, before, startImages) = (Stopwatch.StartNew(), _seconds, Images);
        var (loggedAt, loggedImages) = (0.0, Images);
        var (due, saved) = (false, -1L);
        var page = new RunPage(Config, _run);
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        using var writer = new CheckpointWriter();
        if (SheetIsDue(Images - training.BatchSize) && !File.Exists(Sheet)) DrawSheet(cancellation); // the run was killed before it could
        while (Images < training.MaxImages && !cancellation.IsCancellationRequested)
        {
            writer.ThrowIfFailed();
            var previous = Images;
            var (stage, result) = Step();
            _metrics.Add(stage, result, Stages[stage].SkippedSteps);
            var now = clock.Elapsed.TotalSeconds;
            _seconds = before + now;
            progress?.Report(Progress(stage, result.Loss, (Images - startImages) / now));
            var last = Images >= training.MaxImages;
            if (last || Crossed(previous, training.LogEveryImages))
            {
                var lines = _metrics.Write(
                    _steps, Images, (Images - loggedImages) / (now - loggedAt), DisposeScopeManager.Statistics.ThreadTotalLiveCount,
                    Environment.WorkingSet, i => Stages[i].LossByTime.Take());
                _tensorBoard.Add(lines);
                (loggedAt, loggedImages) = (now, Images);
                page.Write(Images, _seconds, running: !last);
            }
            due |= Crossed(previous, training.CheckpointEveryImages);
            var save = last || (due && !_stages.InDoubt);
            Save(writer, SnapshotIsDue(previous), save);
            if (save) (due, saved) = (false, Images);
            if (SheetIsDue(previous)) DrawSheet(cancellation);
        }
        if (saved != Images) Save(writer, snapshot: false, checkpoint: true);                 // cancelled, or nothing was left to train
        writer.Wait();
        page.Write(Images, _seconds, running: false);                                         // with the last sheet
        return new TrainingResult(_run.Root, Images, _seconds, _storage.FolderOf(Images), _run.Model, Images >= training.MaxImages);
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

    private bool Crossed(long previous, long every) => previous / every != Images / every;

    private bool SheetIsDue(long previous) =>
        Config.Training.SampleEveryImages > 0 && Images > 0
        && (Images >= Config.Training.MaxImages || Crossed(previous, Config.Training.SampleEveryImages));

    private void DrawSheet(CancellationToken cancellation)
    {
        if (new SampleSheet(Config, _data.Latents?.Autoencoder).Draw(Stages, _statistics, Sheet, cancellation)) _tensorBoard.AddSheet(Images, Sheet);
    }

    private bool SnapshotIsDue(long previous) =>
        Config.Training.PostHocEma is { } averages && (Images >= Config.Training.MaxImages || Crossed(previous, averages.SnapshotEveryImages));

    private TrainingProgress Progress(int stage, double loss, double rate)
    {
        var left = Math.Max(0, Config.Training.MaxImages - Images);
        return new TrainingProgress(
            Images, Config.Training.MaxImages, stage, loss, rate, TimeSpan.FromSeconds(left / rate), Stages.Sum(trainer => trainer.SkippedSteps));
    }

    private void Save(CheckpointWriter writer, bool snapshot, bool checkpoint)
    {
        if (!snapshot && !checkpoint) return;
        var (state, waited) = (State(), writer.Waited);
        var copies = new List<Func<Action>>();
        if (snapshot) copies.Add(() => _snapshots.Copy(Images, Snapshot(state), _stages));    // first: a resumed run has all up to its checkpoint
        if (checkpoint) copies.Add(() => _storage.Copy(state));
        writer.Start(copies);
        SavingStall += writer.Waited - waited;
    }

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
        Seconds = _seconds,
        Statistics = _statistics,
        ClassNames = [.. _classNames],
        SourceImages = _batches.Count,
        AutoencoderIdentity = _data.Latents?.Autoencoder.Identity,
        Metrics = [.. _metrics.Sums],
        Environment = RunEnvironment.Current(_device, Precision),
    };
}

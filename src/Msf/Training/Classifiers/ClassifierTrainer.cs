using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains a classifier. Everything random is a function of the seed and of the position in the run, so a run is resumed by its position alone, bit for bit on a CPU.
/// </summary>
public sealed class ClassifierTrainer : IDisposable, ITrainedRun
{
    private const string HeldOutPart = "heldOutAccuracy";
    private const int SheetColumns = 8;
    private readonly RunFolder _run;
    private readonly ClassifierData _data;
    private readonly Device _device;
    private readonly ClassifierLearner _learner;
    private readonly ClassifierStorage _storage;
    private readonly TrainingLoop _loop;
    private ClassifierAccuracy? _heldOut;                                                     // of the weights as they are; null once a step has changed them
    private long _steps;

    /// <summary>Builds network and optimiser; <see cref="ClassifierRun.Open"/> prepares the rest.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="run">Run folder.</param>
    /// <param name="data">The data, at the configuration's size; disposed with this.</param>
    /// <param name="device">Where to train.</param>
    internal ClassifierTrainer(ClassifierRunConfig config, RunFolder run, ClassifierData data, Device device)
    {
        (_run, _data, _device) = (run, data, device);
        Precision = PrecisionSelector.Resolve(config.Training.Precision, device);
        Config = config = config with { Training = config.Training with { Precision = Precision } };
        _learner = new ClassifierLearner(config, device);
        _storage = new ClassifierStorage(config, run, _learner.Weights);
        _loop = new TrainingLoop(this, config.Training, run, new RunPage(config.Name, config.Training.MaxImages, JsonSerializer.Serialize(config, JsonFormat.Indented), run));
    }

    /// <summary>The configuration, with the precision that was chosen.</summary>
    public ClassifierRunConfig Config { get; }

    /// <summary>Type of the products.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Images seen.</summary>
    public long Images => _data.Batches.Position;

    /// <summary>Images to train on, and images to judge by.</summary>
    public (int Training, int HeldOut) Count => (_data.Batches.Count, _data.HeldOut.Count);

    /// <summary>How often the averaged weights are right on held-out images.</summary>
    public ClassifierAccuracy HeldOut => _heldOut ??= _learner.Measure(_data.HeldOut, _data.HeldOutSource, _device, Config.HeldOut.Describe());

    /// <summary>What is disposed with this: the hold on the run folder.</summary>
    internal IDisposable? Holds { get; set; }

    /// <inheritdoc/>
    long ITrainedRun.Steps => _steps;

    /// <inheritdoc/>
    long ITrainedRun.SkippedSteps => _learner.Skipped.Count;

    /// <inheritdoc/>
    bool ITrainedRun.InDoubt => _learner.Skipped.InARow > 0;

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(SavedClassifierRun saved)
    {
        _storage.Load(saved);
        var state = saved.State;
        (_data.Batches.Position, _steps) = (state.Images, state.Steps);
        (_learner.Images, _learner.Skipped.Count, _learner.Skipped.InARow) = (state.Images, state.Skipped, state.SkippedInARow);
        _loop.Restore(state.Seconds, state.Metrics);
    }

    /// <inheritdoc cref="Trainer.Train"/>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        _loop.Train(progress, cancellation);
        return new TrainingResult(_run.Root, Images, _loop.Seconds, _storage.FolderOf(Images), _run.Model, Images >= Config.Training.MaxImages);
    }

    /// <summary>Trains on one batch.</summary>
    /// <exception cref="InvalidDataException">Training diverged, or an image is damaged; this trainer is of no further use.</exception>
    internal StepResult Step()
    {
        using var scope = NewDisposeScope();
        var batch = _data.Batches.Next(Config.Training.BatchSize);
        var result = _learner.Step(batch.Images.to(_device), batch.Labels.to(_device));
        _heldOut = null;
        _steps++;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _storage.Dispose();
        _learner.Dispose();
        Holds?.Dispose();
    }

    /// <inheritdoc/>
    (int Stage, StepResult Result, long Skipped) ITrainedRun.Step() => (0, Step(), _learner.Skipped.Count);

    /// <inheritdoc/>
    StepResult ITrainedRun.Measure(StepResult result) =>
        result.Parts is { } parts ? result with { Parts = new Dictionary<string, double>(parts) { [HeldOutPart] = HeldOut.Accuracy } } : result;

    /// <inheritdoc/>
    IReadOnlyList<Func<Action>> ITrainedRun.Copies(long? previous, bool checkpoint)
    {
        if (!checkpoint) return [];
        var state = State();
        return [() => _storage.Copy(state)];
    }

    // The first held-out images that are told wrong: what the accuracy does not show.
    bool ITrainedRun.DrawSheet(string path, CancellationToken cancellation)
    {
        _ = HeldOut;
        if (_learner.Wrong.Take(Config.Training.SampleCount).ToArray() is not { Length: > 0 } wrong) return false;
        using var scope = NewDisposeScope();
        PngFile.Write(path, ImageGrid.Make(ImageTensors.ToImages(_data.HeldOut.At(wrong).Images), SheetColumns));
        return true;
    }

    private ClassifierTrainingState State() => new()
    {
        Images = Images,
        Steps = _steps,
        OptimizerSteps = _learner.Weights.Steps,
        Skipped = _learner.Skipped.Count,
        SkippedInARow = _learner.Skipped.InARow,
        Seconds = _loop.Seconds,
        SourceImages = _data.SourceImages,
        ClassNames = [.. _data.HeldOutSource.Classes.Select(known => known.Name)],
        Metrics = _loop.Sums,
        HeldOut = HeldOut,
        Environment = RunEnvironment.Current(_device, Precision),
    };
}

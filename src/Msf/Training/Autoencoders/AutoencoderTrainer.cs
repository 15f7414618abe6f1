using System.Text.Json;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains an autoencoder. Everything random is a function of (seed, step), so a run is resumed by its position alone, bit for bit on a CPU.
/// </summary>
public sealed class AutoencoderTrainer : IDisposable, ITrainedRun
{
    private readonly RunFolder _run;
    private readonly ImageBatches _batches;
    private readonly Device _device;
    private readonly AutoencoderLearner _learner;
    private readonly AutoencoderStorage _storage;
    private readonly TrainingLoop _loop;
    private long _steps;

    /// <summary>Builds networks and optimisers; <see cref="AutoencoderRun.Open"/> prepares the rest.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="run">Run folder.</param>
    /// <param name="batches">The data, at the configuration's size; disposed with this.</param>
    /// <param name="device">Where to train.</param>
    internal AutoencoderTrainer(AutoencoderRunConfig config, RunFolder run, ImageBatches batches, Device device)
    {
        (_run, _batches, _device) = (run, batches, device);
        Precision = PrecisionSelector.Resolve(config.Training.Precision, device);
        Config = config = config with { Training = config.Training with { Precision = Precision } };
        _learner = new AutoencoderLearner(config, device);
        _storage = new AutoencoderStorage(config, run, _learner);
        _loop = new TrainingLoop(this, config.Training, run, new RunPage(config.Name, config.Training.MaxImages, JsonSerializer.Serialize(config, JsonFormat.Indented), run));
    }

    /// <summary>The configuration, with the precision that was chosen.</summary>
    public AutoencoderRunConfig Config { get; }

    /// <summary>Type of the products.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Images seen.</summary>
    public long Images => _batches.Position;

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
    internal void Restore(SavedAutoencoderRun saved)
    {
        _storage.Load(saved);
        var state = saved.State;
        (_batches.Position, _steps) = (state.Images, state.Steps);
        (_learner.Images, _learner.Skipped.Count, _learner.Skipped.InARow) = (state.Images, state.Skipped, state.SkippedInARow);
        _loop.Restore(state.Seconds, state.Metrics);
    }

    /// <inheritdoc cref="Trainer.Train"/>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        _loop.Train(progress, cancellation);
        return new TrainingResult(_run.Root, Images, _loop.Seconds, _storage.FolderOf(Images), _run.Autoencoder, Images >= Config.Training.MaxImages);
    }

    /// <summary>Trains on one batch.</summary>
    /// <exception cref="InvalidDataException">Training diverged, or an image is damaged; this trainer is of no further use.</exception>
    internal StepResult Step()
    {
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(Config.Training.Seed, _steps);
        var result = _learner.Step(_batches.Next(Config.Training.BatchSize).Images.to(_device), generator);
        _steps++;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batches.Dispose();
        _storage.Dispose();
        _learner.Dispose();
        Holds?.Dispose();
    }

    /// <inheritdoc/>
    (int Stage, StepResult Result, long Skipped) ITrainedRun.Step() => (0, Step(), _learner.Skipped.Count);

    /// <inheritdoc/>
    IReadOnlyList<Func<Action>> ITrainedRun.Copies(long? previous, bool checkpoint)
    {
        if (!checkpoint) return [];
        var state = State();
        return [() => _storage.Copy(state)];
    }

    /// <inheritdoc/>
    bool ITrainedRun.DrawSheet(string path, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(Config.Training.SampleCount, _batches.Count);
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * _batches.Count / count))];
        AtAverage(() => ReconstructionSheet.Write(_learner.Autoencoder, _batches.At(indices).Images.to(_device), path));
        return true;
    }

    private void AtAverage(Action act)
    {
        try
        {
            _learner.Weights.EnterAverage();
            act();
        }
        finally
        {
            _learner.Weights.LeaveAverage();
        }
    }

    private AutoencoderTrainingState State()
    {
        LatentMoments? latents = null;
        AtAverage(() => latents = LatentMoments.Measure(_learner.Autoencoder, _batches, _device));
        return new AutoencoderTrainingState
        {
            Images = Images,
            Steps = _steps,
            OptimizerSteps = _learner.Weights.Steps,
            DiscriminatorSteps = _learner.DiscriminatorWeights?.Steps ?? 0,
            Skipped = _learner.Skipped.Count,
            SkippedInARow = _learner.Skipped.InARow,
            Seconds = _loop.Seconds,
            SourceImages = _batches.Count,
            Metrics = _loop.Sums,
            Latents = latents!,
            Environment = RunEnvironment.Current(_device, Precision),
        };
    }
}

using System.Diagnostics;
using System.Text.Json;
using Msf.Data;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains an autoencoder. Everything random is a function of (seed, step), so a run is resumed by its position alone, bit for bit on a CPU.
/// </summary>
public sealed class AutoencoderTrainer : IDisposable
{
    private readonly RunFolder _run;
    private readonly ImageBatches _batches;
    private readonly Device _device;
    private readonly AutoencoderLearner _learner;
    private readonly AutoencoderStorage _storage;
    private readonly MetricsLog _metrics;
    private readonly TensorBoardLog _tensorBoard;
    private long _steps;
    private double _seconds;

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
        _metrics = new MetricsLog(run.Metrics);
        _tensorBoard = new TensorBoardLog(run.TensorBoard);
    }

    /// <summary>The configuration, with the precision that was chosen.</summary>
    public AutoencoderRunConfig Config { get; }

    /// <summary>Type of the products.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Images seen.</summary>
    public long Images => _batches.Position;

    /// <summary>The networks.</summary>
    internal AutoencoderLearner Learner => _learner;

    /// <summary>What is disposed with this: the hold on the run folder.</summary>
    internal IDisposable? Holds { get; set; }

    private string Sheet => Path.Combine(_run.Samples, $"{Images:D9}.png");

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(SavedAutoencoderRun saved)
    {
        _storage.Load(saved);
        var state = saved.State;
        (_batches.Position, _steps, _seconds) = (state.Images, state.Steps, state.Seconds);
        (_learner.Images, _learner.SkippedSteps, _learner.SkippedInARow) = (state.Images, state.Skipped, state.SkippedInARow);
        _metrics.Sums = state.Metrics;
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

    private TrainingResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var training = Config.Training;
        var (clock, before, startImages) = (Stopwatch.StartNew(), _seconds, Images);
        var (loggedAt, loggedImages) = (0.0, Images);
        var (due, saved) = (false, -1L);
        var page = new RunPage(Config.Name, training.MaxImages, JsonSerializer.Serialize(Config, JsonFormat.Indented), _run);
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        using var writer = new CheckpointWriter();
        if (SheetIsDue(Images - training.BatchSize) && !File.Exists(Sheet)) DrawSheet();      // the run was killed before it could
        while (Images < training.MaxImages && !cancellation.IsCancellationRequested)
        {
            writer.ThrowIfFailed();
            var previous = Images;
            var result = Step();
            _metrics.Add(0, result, _learner.SkippedSteps);
            var now = clock.Elapsed.TotalSeconds;
            _seconds = before + now;
            progress?.Report(Progress(result.Loss, (Images - startImages) / now));
            var last = Images >= training.MaxImages;
            if (last || Crossed(previous, training.LogEveryImages))
            {
                _tensorBoard.Add(_metrics.Write(
                    _steps, Images, (Images - loggedImages) / (now - loggedAt), DisposeScopeManager.Statistics.ThreadTotalLiveCount, Environment.WorkingSet));
                (loggedAt, loggedImages) = (now, Images);
                page.Write(Images, _seconds, running: !last);
            }
            due |= Crossed(previous, training.CheckpointEveryImages);
            // While steps are skipped, the weights may be what makes them fail: they shall not take the place of good ones.
            if (last || (due && _learner.SkippedInARow == 0))
            {
                Save(writer);
                (due, saved) = (false, Images);
            }
            if (SheetIsDue(previous)) DrawSheet();
        }
        if (saved != Images) Save(writer);                                                    // cancelled, or nothing was left to train
        writer.Wait();
        page.Write(Images, _seconds, running: false);                                         // with the last sheet
        return new TrainingResult(_run.Root, Images, _seconds, _storage.FolderOf(Images), _run.Autoencoder, Images >= training.MaxImages);
    }

    private bool Crossed(long previous, long every) => previous / every != Images / every;

    private bool SheetIsDue(long previous) =>
        Config.Training.SampleEveryImages > 0 && Images > 0
        && (Images >= Config.Training.MaxImages || Crossed(previous, Config.Training.SampleEveryImages));

    private void DrawSheet()
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(Config.Training.SampleCount, _batches.Count);
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * _batches.Count / count))];
        AtAverage(() => ReconstructionSheet.Write(_learner.Autoencoder, _batches.At(indices).Images.to(_device), Sheet));
        _tensorBoard.AddSheet(Images, Sheet);
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

    private TrainingProgress Progress(double loss, double rate)
    {
        var left = Math.Max(0, Config.Training.MaxImages - Images);
        return new TrainingProgress(Images, Config.Training.MaxImages, 0, loss, rate, TimeSpan.FromSeconds(left / rate), _learner.SkippedSteps);
    }

    private void Save(CheckpointWriter writer)
    {
        var state = State();
        writer.Start([() => _storage.Copy(state)]);
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
            Skipped = _learner.SkippedSteps,
            SkippedInARow = _learner.SkippedInARow,
            Seconds = _seconds,
            SourceImages = _batches.Count,
            Metrics = [.. _metrics.Sums],
            Latents = latents!,
            Environment = RunEnvironment.Current(_device, Precision),
        };
    }
}

using System.Diagnostics;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains a classifier. Everything random is a function of the seed and of the position in the run, so a run is resumed by its position alone, bit for bit on a CPU.
/// </summary>
public sealed class ClassifierTrainer : IDisposable
{
    private const string HeldOutPart = "heldOutAccuracy";
    private const int SheetColumns = 8;
    private readonly RunFolder _run;
    private readonly ClassifierData _data;
    private readonly Device _device;
    private readonly ClassifierLearner _learner;
    private readonly ClassifierStorage _storage;
    private readonly MetricsLog _metrics;
    private readonly TensorBoardLog _tensorBoard;
    private ClassifierAccuracy? _heldOut;                                                     // of the weights as they are; null once a step has changed them
    private long _steps;
    private double _seconds;

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
        _metrics = new MetricsLog(run.Metrics);
        _tensorBoard = new TensorBoardLog(run.TensorBoard);
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

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(SavedClassifierRun saved)
    {
        _storage.Load(saved);
        var state = saved.State;
        (_data.Batches.Position, _steps, _seconds, _heldOut) = (state.Images, state.Steps, state.Seconds, state.HeldOut);
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

    private TrainingResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var training = Config.Training;
        var (clock, before, startImages) = (Stopwatch.StartNew(), _seconds, Images);
        var (loggedAt, loggedImages) = (0.0, Images);
        var (due, saved) = (false, -1L);
        var page = new RunPage(Config.Name, training.MaxImages, JsonSerializer.Serialize(Config, JsonFormat.Indented), _run);
        _storage.Prepare();                                                                   // now, so that a first save in a day finds it
        using var writer = new CheckpointWriter();
        while (Images < training.MaxImages && !cancellation.IsCancellationRequested)
        {
            writer.ThrowIfFailed();
            var previous = Images;
            var result = Step();
            var last = Images >= training.MaxImages;
            due |= Crossed(previous, training.CheckpointEveryImages);
            // While steps are skipped, the weights may be what makes them fail: they shall not take the place of good ones.
            var save = last || (due && _learner.SkippedInARow == 0);
            _metrics.Add(0, save && result.Parts is not null ? result with { Parts = new Dictionary<string, double>(result.Parts) { [HeldOutPart] = HeldOut.Accuracy } } : result, _learner.SkippedSteps);
            var now = clock.Elapsed.TotalSeconds;
            _seconds = before + now;
            progress?.Report(Progress(result.Loss, (Images - startImages) / now));
            if (last || Crossed(previous, training.LogEveryImages))
            {
                _tensorBoard.Add(_metrics.Write(
                    _steps, Images, (Images - loggedImages) / (now - loggedAt), DisposeScopeManager.Statistics.ThreadTotalLiveCount, Environment.WorkingSet));
                (loggedAt, loggedImages) = (now, Images);
                page.Write(Images, _seconds, running: !last);
            }
            if (save)
            {
                Save(writer);
                (due, saved) = (false, Images);
            }
            if (training.SampleEveryImages > 0 && (last || Crossed(previous, training.SampleEveryImages))) DrawSheet();
        }
        if (saved != Images) Save(writer);                                                    // cancelled, or nothing was left to train
        writer.Wait();
        page.Write(Images, _seconds, running: false);
        return new TrainingResult(_run.Root, Images, _seconds, _storage.FolderOf(Images), _run.Model, Images >= training.MaxImages);
    }

    private bool Crossed(long previous, long every) => previous / every != Images / every;

    // The first held-out images that are told wrong: what the accuracy does not show.
    private void DrawSheet()
    {
        _ = HeldOut;
        if (_learner.Wrong.Take(Config.Training.SampleCount).ToArray() is not { Length: > 0 } wrong) return;
        using var scope = NewDisposeScope();
        var sheet = Path.Combine(_run.Samples, $"{Images:D9}.png");
        PngFile.Write(sheet, ImageGrid.Make(ImageTensors.ToImages(_data.HeldOut.At(wrong).Images), SheetColumns));
        _tensorBoard.AddSheet(Images, sheet);
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

    private ClassifierTrainingState State() => new()
    {
        Images = Images,
        Steps = _steps,
        OptimizerSteps = _learner.Weights.Steps,
        Skipped = _learner.SkippedSteps,
        SkippedInARow = _learner.SkippedInARow,
        Seconds = _seconds,
        SourceImages = _data.SourceImages,
        ClassNames = [.. _data.HeldOutSource.Classes.Select(known => known.Name)],
        Metrics = [.. _metrics.Sums],
        HeldOut = HeldOut,
        Environment = RunEnvironment.Current(_device, Precision),
    };
}

using System.Diagnostics;
using TorchSharp;

namespace Msf.Training;

/// <summary>
/// Trains until the end of a run: step after step, with a line of metrics, a checkpoint and a sheet when each is due. The same for every kind of run.
/// </summary>
internal sealed class TrainingLoop
{
    private const double LongestSeconds = 3e9;                                                // a century; a TimeSpan ends at three hundred of them

    private readonly ITrainedRun _trained;
    private readonly TrainingConfig _training;
    private readonly RunFolder _run;
    private readonly RunPage _page;
    private readonly MetricsLog _metrics;
    private readonly TensorBoardLog _tensorBoard;

    /// <summary>Names what to train and where it is written.</summary>
    /// <param name="trained">What is trained.</param>
    /// <param name="training">How long, and how often what is written.</param>
    /// <param name="run">Run folder.</param>
    /// <param name="page">The page of the run.</param>
    public TrainingLoop(ITrainedRun trained, TrainingConfig training, RunFolder run, RunPage page)
    {
        (_trained, _training, _run, _page) = (trained, training, run, page);
        (_metrics, _tensorBoard) = (new MetricsLog(run.Metrics), new TensorBoardLog(run.TensorBoard));
    }

    /// <summary>Seconds trained, those before a resumption included.</summary>
    public double Seconds { get; private set; }

    /// <summary>Averages since the last line of metrics.</summary>
    public MetricsSum[] Sums => [.. _metrics.Sums];

    /// <summary>How long training has waited for saves.</summary>
    public TimeSpan SavingStall { get; private set; }

    private string Sheet => Path.Combine(_run.Samples, $"{_trained.Images:D9}.png");

    /// <summary>Goes on where another loop stopped.</summary>
    public void Restore(double seconds, IReadOnlyList<MetricsSum> sums) => (Seconds, _metrics.Sums) = (seconds, sums);

    /// <summary>Trains until the end of the run or until cancelled, and saves.</summary>
    /// <inheritdoc cref="Trainer.Train"/>
    public void Train(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            Run(progress, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{e.Message.TrimEnd('.')}: training stopped after {_trained.Images:N0} images, what it saved is whole; put that right and go on with --resume.", e);
        }
    }

    private void Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var (clock, before, startImages) = (Stopwatch.StartNew(), Seconds, _trained.Images);
        var (loggedAt, loggedImages) = (0.0, startImages);
        var (due, saved) = (false, -1L);
        using var writer = new CheckpointWriter();
        if (SheetIsDue(startImages - _training.BatchSize) && !File.Exists(Sheet)) DrawSheet(cancellation); // the run was killed before it could
        while (_trained.Images < _training.MaxImages && !cancellation.IsCancellationRequested)
        {
            writer.ThrowIfFailed();
            var previous = _trained.Images;
            var (stage, result, skipped) = _trained.Step();
            var images = _trained.Images;
            var last = images >= _training.MaxImages;
            due |= Crossed(previous, _training.CheckpointEveryImages);
            // While steps are skipped, the weights may be what makes them fail: they shall not take the place of good ones.
            var save = last || (due && !_trained.InDoubt);
            _metrics.Add(stage, save ? _trained.Measure(result) : result, skipped);
            var now = clock.Elapsed.TotalSeconds;
            Seconds = before + now;
            progress?.Report(Progress(stage, result.Loss, (images - startImages) / now));
            if (last || Crossed(previous, _training.LogEveryImages))
            {
                _tensorBoard.Add(_metrics.Write(
                    _trained.Steps, images, (images - loggedImages) / (now - loggedAt), DisposeScopeManager.Statistics.ThreadTotalLiveCount, Environment.WorkingSet, _trained.LossByTime));
                (loggedAt, loggedImages) = (now, images);
                _page.Write(images, Seconds, running: !last);
            }
            Save(writer, previous, save);
            if (save) (due, saved) = (false, images);
            if (SheetIsDue(previous)) DrawSheet(cancellation);
        }
        if (saved != _trained.Images) Save(writer, previous: null, checkpoint: true);         // cancelled, or nothing was left to train
        writer.Wait();
        _page.Write(_trained.Images, Seconds, running: false);                                // with the last sheet
    }

    private bool Crossed(long previous, long every) => previous / every != _trained.Images / every;

    private bool SheetIsDue(long previous) =>
        _training.SampleEveryImages > 0 && _trained.Images > 0 && (_trained.Images >= _training.MaxImages || Crossed(previous, _training.SampleEveryImages));

    private void DrawSheet(CancellationToken cancellation)
    {
        if (_trained.DrawSheet(Sheet, cancellation)) _tensorBoard.AddSheet(_trained.Images, Sheet);
    }

    private void Save(CheckpointWriter writer, long? previous, bool checkpoint)
    {
        if (_trained.Copies(previous, checkpoint) is not { Count: > 0 } copies) return;
        var waited = writer.Waited;
        writer.Start(copies);
        SavingStall += writer.Waited - waited;
    }

    private TrainingProgress Progress(int stage, double loss, double rate)
    {
        var left = Math.Max(0, _training.MaxImages - _trained.Images);
        return new TrainingProgress(_trained.Images, _training.MaxImages, stage, loss, rate, TimeSpan.FromSeconds(Math.Min(left / rate, LongestSeconds)), _trained.SkippedSteps);
    }
}

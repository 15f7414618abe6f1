using System.Diagnostics;
using Msf.Data;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains all stages of a model in one run. Every batch goes to the stage furthest behind its share of the compute;
/// everything random is a function of (seed, step), so a run is resumed by its position alone.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly RunConfig _config;
    private readonly RunFolder _run;
    private readonly ImageBatches _batches;
    private readonly Device _device;
    private readonly MultiScaleFactorization _factorization;
    private readonly ComputeShares _shares;
    private readonly StageTrainer[] _stages;
    private readonly RunStorage _storage;
    private readonly MetricsLog _metrics;
    private ComponentStatistics _statistics;
    private StageExamples _examples;
    private long _steps;
    private double _seconds;

    /// <summary>Builds networks and optimisers, and measures the component statistics unless a checkpoint brings them.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="run">Run folder.</param>
    /// <param name="batches">The data, at the model's size.</param>
    /// <param name="classNames">Names of the classes, in the order of their indices.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="statistics">Component statistics of the data.</param>
    public Trainer(
        RunConfig config, RunFolder run, ImageBatches batches, IReadOnlyList<string> classNames, Device device, ComponentStatistics statistics)
    {
        (_config, _run, _batches, _device, _statistics) = (config, run, batches, device, statistics);
        Precision = PrecisionSelector.Resolve(config.Training.Precision, device);
        _factorization = new MultiScaleFactorization(config.Model.Factorization);
        _examples = new StageExamples(_factorization, statistics);
        _shares = new ComputeShares(config.Model, config.Training);
        var images = _shares.ImagesPerStage(config.Training.MaxImages);
        SeededNoise.SeedGlobalGenerator(config.Training.Seed);                                         // the modules' initial weights draw from it
        _stages = [.. Enumerable.Range(0, config.Model.Stages.Length).Select(stage => CreateStage(stage, images[stage]))];
        _storage = new RunStorage(config, run, classNames, Precision, _stages);
        _metrics = new MetricsLog(run.Metrics);
    }

    /// <summary>Type of the products.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Images seen over all stages.</summary>
    public long Images => _batches.Position;

    /// <summary>Goes on from the newest good checkpoint of the run.</summary>
    /// <param name="warn">Told of every checkpoint that was passed over, and why.</param>
    /// <returns>Whether there was one.</returns>
    public bool Resume(Action<string> warn)
    {
        if (_storage.LoadNewest(warn) is not { } state) return false;
        (_batches.Position, _steps, _seconds, _statistics) = (state.Images, state.Steps, state.Seconds, state.Statistics);
        _examples = new StageExamples(_factorization, _statistics);
        _metrics.TruncateAfter(state.Images);
        return true;
    }

    /// <summary>Trains until the end of the run or until cancelled; a cancelled run finishes its step and saves.</summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run early.</param>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var training = _config.Training;
        var (clock, before, startImages) = (Stopwatch.StartNew(), _seconds, Images);
        var (loggedAt, loggedImages) = (0.0, Images);
        var checkpoint = "";
        while (Images < training.MaxImages && !cancellation.IsCancellationRequested)
        {
            var previous = Images;
            var (stage, result) = Step();
            _metrics.Add(stage, result);
            _seconds = before + clock.Elapsed.TotalSeconds;
            var rate = (Images - startImages) / clock.Elapsed.TotalSeconds;
            progress?.Report(new TrainingProgress(
                Images, training.MaxImages, stage, result.Loss, rate, TimeSpan.FromSeconds((training.MaxImages - Images) / rate)));
            if (Crossed(previous, training.LogEveryImages) || Images >= training.MaxImages)
            {
                var now = clock.Elapsed.TotalSeconds;
                _metrics.Write(_steps, Images, (Images - loggedImages) / (now - loggedAt), Tensor.TotalCount);
                (loggedAt, loggedImages) = (now, Images);
            }
            if (training.SampleEveryImages > 0 && (Crossed(previous, training.SampleEveryImages) || Images >= training.MaxImages))
                DrawSamples(cancellation);
            if (Images < training.MaxImages && Crossed(previous, training.CheckpointEveryImages)) checkpoint = Save();
        }
        checkpoint = Save();
        return new TrainingResult(_run.Root, Images, _seconds, checkpoint, _run.Model, Images >= training.MaxImages);
    }

    /// <summary>Trains one stage on one batch.</summary>
    /// <returns>The stage and what its step reports.</returns>
    public (int Stage, StepResult Result) Step()
    {
        using var scope = NewDisposeScope();
        var stage = _shares.Next([.. _stages.Select(trainer => trainer.Images)]);
        using var generator = SeededNoise.Generator(_config.Training.Seed, _steps);
        var (images, labels) = _batches.Next(_config.Training.BatchSize);                     // (B, C, H, W), (B)
        var (component, condition) = _examples.Of(stage, images.to(_device));
        var result = _stages[stage].Step(component, labels.to(_device), condition, generator);
        _steps++;
        return (stage, result);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stage in _stages) stage.Dispose();
    }

    private StageTrainer CreateStage(int stage, long totalImages)
    {
        var network = new DiffusionTransformer(_config.Model.Transformer(stage));
        network.to(_device);
        var loss = new StageLoss(_config.Diffusion, _config.Model.Classes);
        return new StageTrainer(network, loss, _config.Training, Precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, totalImages);
    }

    private bool Crossed(long previous, long every) => previous / every != Images / every;

    private string Save() => _storage.Save(new TrainingState
    {
        Images = Images,
        Steps = _steps,
        StageImages = [.. _stages.Select(stage => stage.Images)],
        StageSteps = [.. _stages.Select(stage => stage.Steps)],
        Seconds = _seconds,
        Statistics = _statistics,
    }, _shares);

    private void DrawSamples(CancellationToken cancellation)
    {
        var networks = new List<DiffusionTransformer>();
        try
        {
            foreach (var stage in _stages) networks.Add(stage.CreateAveraged());
            var sampler = new MsfSampler(_config.Model, _config.Diffusion, _statistics, networks);
            Directory.CreateDirectory(_run.Samples);
            new SampleSheet(_config).Write(sampler, Path.Combine(_run.Samples, $"{Images:D9}.png"), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The run is being stopped: the checkpoint matters, the half-drawn sheet does not.
        }
        finally
        {
            foreach (var network in networks) network.Dispose();
        }
    }
}

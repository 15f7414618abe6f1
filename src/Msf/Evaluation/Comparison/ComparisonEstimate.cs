using System.Diagnostics;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>How long the arms of a comparison will take here: training steps and forward passes of every stage are timed on noise, and multiplied.</summary>
/// <param name="config">A valid comparison.</param>
/// <param name="device">Where it will run.</param>
public sealed class ComparisonEstimate(ComparisonConfig config, Device device)
{
    private const int Repeats = 3;

    private readonly Dictionary<string, (double Training, double Forward)> _known = new(StringComparer.Ordinal);

    /// <summary>Times an arm: a few seconds for an architecture that was not timed before.</summary>
    /// <param name="arm">An arm.</param>
    /// <returns>Seconds of its training and of drawing the samples it is judged by, decoding of latents not counted.</returns>
    public (double Training, double Sampling) Of(PlannedArm arm)
    {
        var (training, sampling, images) = (0.0, 0.0, arm.ImagesPerStage);
        var cost = new double[images.Length];
        for (var stage = 0; stage < images.Length; stage++)
        {
            var (step, forward) = Time(arm.Config, arm.Config.Model.Transformer(stage));
            if (arm.Arm.TrainedAs is null) training += images[stage] * step;
            cost[stage] = forward / TransformerCost.Of(arm.Config.Model.Transformer(stage)).MultiplyAdds;
        }
        // All stages of an arm compute at about the same rate; the mean of theirs stands for the samples' multiply-adds.
        sampling = ArmMeasurement.MultiplyAdds(arm, config.Measures) * cost.Average();
        return (training, sampling);
    }

    /// <summary>Samples that an arm is judged by, all its measurements together.</summary>
    /// <param name="arm">An arm.</param>
    public long Samples(PlannedArm arm) => (long)config.Measures.Samples * ArmMeasurement.Count(arm, config.Measures);

    /// <summary>Times the feature network, which brings images of any size to its own.</summary>
    /// <param name="size">Height and width of the images in pixels.</param>
    /// <returns>Seconds an image.</returns>
    /// <exception cref="FileNotFoundException">There is no such network.</exception>
    /// <exception cref="DirectoryNotFoundException">There is a folder of that name, and it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">The network is broken.</exception>
    public double FeatureSeconds(int[] size)
    {
        using var network = FeatureNetworks.Open(config.Measures.Features, device);
        using var scope = NewDisposeScope();
        var images = zeros([config.Measures.BatchSize, 3, size[0], size[1]], ScalarType.Byte, device);
        return Seconds(() =>
        {
            using var inner = NewDisposeScope();
            network.Features(images);
        }) / config.Measures.BatchSize;
    }

    // Seconds of an image in a training step and in a forward pass.
    private (double Training, double Forward) Time(RunConfig run, TransformerConfig transformer)
    {
        var key = $"{transformer}|{run.Training.BatchSize}|{run.Training.Precision}";
        if (_known.TryGetValue(key, out var known)) return known;
        var precision = PrecisionSelector.Resolve(run.Training.Precision, device).ToScalarType();
        var network = new DiffusionTransformer(transformer);
        network.to(device);
        using var trainer = new StageTrainer(network, new StageLoss(run.Diffusion, transformer.Classes), run.Training, precision, long.MaxValue);
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(0);
        (Tensor X, Tensor? U, Tensor T, Tensor Labels) Batch(int size)
        {
            var x = randn([size, transformer.Channels, .. transformer.InputSize.Select(side => (long)side)], generator: generator).to(device);
            return (x, transformer.ConditionChannels > 0 ? x : null, rand(size, device: device), zeros(size, ScalarType.Int64, device));
        }
        var trained = Batch(run.Training.BatchSize);
        var sampled = Batch(config.Measures.BatchSize);
        var step = Seconds(() => trainer.Step(trained.X, trained.Labels, trained.U, generator)) / run.Training.BatchSize;
        var forward = Seconds(() =>
        {
            using var inference = inference_mode();
            using var inner = NewDisposeScope();
            network.Forward(sampled.X.to(precision), sampled.T, sampled.Labels, sampled.U?.to(precision), sampled.U is null ? null : sampled.T);
        }) / config.Measures.BatchSize;
        return _known[key] = (step, forward);
    }

    // Of the fastest: the first runs prepare kernels and memory.
    private double Seconds(Action run)
    {
        var fastest = double.PositiveInfinity;
        for (var i = 0; i < Repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            run();
            if (device.type == DeviceType.CUDA) cuda.synchronize(device);
            fastest = Math.Min(fastest, clock.Elapsed.TotalSeconds);
        }
        return fastest;
    }
}

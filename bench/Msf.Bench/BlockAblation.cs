using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Msf.Data;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Trains one arm of the block ablation on CIFAR-10's training images to a given cost, and measures the velocity loss of its averaged weights
/// on images that it never saw: the same images, times and noise for every arm and seed. Appends one line of JSON.
/// </summary>
internal static class BlockAblation
{
    private const int Batch = 32;
    private const int HeldOut = 500;
    private const int Times = 8;

    public static void Run(string arm, long seed, double teraMultiplyAdds, string output)
    {
        var model = BlockArms.Model(arm);
        var cost = TransformerCost.Of(model.Transformer(0));
        var images = (long)(teraMultiplyAdds * 1e12 / (3 * cost.MultiplyAdds)) / Batch * Batch;
        var training = new TrainingConfig
        {
            MaxImages = images,
            BatchSize = Batch,
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine,
            WarmupImages = 3000,
            EmaHalfLifeImages = 1500,
            Seed = seed,
        };
        var diffusion = new DiffusionConfig();
        var factorization = new MultiScaleFactorization(model.Factorization);
        using var source = ImageSources.Open("cifar10/train");
        using var batches = new ImageBatches(source, model.Size[0], new LoaderOptions { Seed = seed, HorizontalFlip = true, Threads = 0 });
        var statistics = DataStatistics.Measure(batches, factorization, model.Channels);
        var examples = new StageExamples(factorization, statistics);
        SeededNoise.SeedGlobalGenerator(seed);
        var precision = PrecisionSelector.Resolve(ComputePrecision.BFloat16, CPU);
        using var trainer = new StageTrainer(
            new DiffusionTransformer(model.Transformer(0)), new StageLoss(diffusion, model.Classes), training, precision.ToScalarType(), images);

        var (clock, processor) = (Stopwatch.StartNew(), Processor());
        var lastTenth = new List<double>();
        for (long step = 0; trainer.Images < images; step++)
        {
            using var scope = NewDisposeScope();
            using var generator = SeededNoise.Generator(seed, step);
            var (x, labels) = batches.Next(Batch);
            var loss = trainer.Step(examples.Of(0, x).Component, labels, condition: null, generator).Loss;
            if (trainer.Images > 0.9 * images) lastTenth.Add(loss);
            if (step % 200 == 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arm} seed {seed}: {trainer.Images}/{images}, loss {loss:F4}"));
        }
        var perImage = (Processor() - processor) / images;
        var seconds = clock.Elapsed.TotalSeconds;
        var losses = HeldOutLosses(trainer, model, examples, diffusion);
        var result = new
        {
            arm,
            seed,
            parameters = cost.Parameters,
            images,
            multiplyAdds = 3.0 * images * cost.MultiplyAdds,
            heldOutLoss = losses.Average(),
            losses,
            trainingLoss = lastTenth.Average(),
            processorSecondsPerImage = perImage,
            seconds,
            precision = precision.ToString(),
        };
        File.AppendAllText(output, JsonSerializer.Serialize(result) + "\n");
    }

    /// <summary>Mean squared error of the velocity at every time of the grid, in float32.</summary>
    private static double[] HeldOutLosses(StageTrainer trainer, ModelConfig model, StageExamples examples, DiffusionConfig diffusion)
    {
        using var noGrad = no_grad();
        using var network = new DiffusionTransformer(model.Transformer(0));
        using (NewDisposeScope())
            foreach (var (name, value) in trainer.AverageState()) network.state_dict()[name].copy_(value);
        network.eval();
        var path = ProbabilityPath.Create(diffusion.Path);
        using var source = ImageSources.Open("cifar10/test");
        using var images = new ImageBatches(source, model.Size[0], new LoaderOptions { Threads = 0 });
        var sums = new double[Times];
        const int batch = 50;
        for (var first = 0; first < HeldOut; first += batch)
        {
            using var scope = NewDisposeScope();
            var indices = Enumerable.Range(first, batch).ToArray();
            var (x, labels) = images.At(indices);
            var x1 = examples.Of(0, x).Component;
            for (var i = 0; i < Times; i++)
            {
                using var inner = NewDisposeScope();
                var eps = SeededNoise.Normal(2026, i, [.. indices.Select(index => (long)index)], x1.shape.AsSpan(1), CPU);
                var t = full(batch, (i + 0.5) / Times);
                var prediction = network.Forward(path.Interpolate(x1, eps, t), t, labels);
                var target = PredictionConversion.Target(path, diffusion.Prediction, x1, eps, t);
                sums[i] += (prediction - target).Squared().mean().item<float>() * batch;
            }
        }
        return [.. sums.Select(sum => sum / HeldOut)];
    }

    private static double Processor()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }
}

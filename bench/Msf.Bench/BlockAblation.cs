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
        using var test = ImageSources.Open("cifar10/test");
        using var unseen = new ImageBatches(test, model.Size[0], new LoaderOptions { Threads = 0 });
        var losses = HeldOutLoss.Measure(trainer, model.Transformer(0), 0, examples, diffusion, unseen, [.. Enumerable.Range(0, HeldOut)]);
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

    private static double Processor()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }
}

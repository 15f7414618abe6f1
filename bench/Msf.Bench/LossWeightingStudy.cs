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
/// Trains one stage of a small model of drawings with one weighting of the loss, on nine images in ten, and measures the unweighted velocity
/// loss of its averaged weights on the tenth. Appends one line of JSON.
/// </summary>
internal static class LossWeightingStudy
{
    private const int Batch = 32;
    private const int HeldOutEvery = 10;

    /// <summary>Weighting and distribution of training times by the name of their arm.</summary>
    private static readonly Dictionary<string, DiffusionConfig> _arms = new()
    {
        ["uniform"] = new(),
        ["min-snr"] = new() { Weighting = new LossWeighting { Kind = LossWeightingKind.MinSnr } },
        ["uniform, uniform times"] = new() { Time = new TimeDistribution { Kind = TimeDistributionKind.Uniform } },
        ["min-snr, uniform times"] = new()
        {
            Weighting = new LossWeighting { Kind = LossWeightingKind.MinSnr },
            Time = new TimeDistribution { Kind = TimeDistributionKind.Uniform },
        },
    };

    public static IEnumerable<string> Arms => _arms.Keys;

    public static void Run(string arm, int stage, long seed, long images, string output)
    {
        var diffusion = _arms[arm];
        using var source = ImageSources.Open("noto-emoji-64");
        var size = new StageConfig { PatchSize = 2, Width = 128, Depth = 4, Heads = 2 };
        var model = new ModelConfig { Name = arm, Size = [32, 32], Classes = source.Classes.Count, Stages = [size, size with { PatchSize = 4 }] };
        var training = new TrainingConfig
        {
            MaxImages = images,
            BatchSize = Batch,
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine,
            WarmupImages = 2000,
            EmaHalfLifeImages = 1500,
            Seed = seed,
        };
        var factorization = new MultiScaleFactorization(model.Factorization);
        using var all = new ImageBatches(source, model.Size[0], new LoaderOptions { Seed = seed, Threads = 0 });
        var examples = new StageExamples(factorization, DataStatistics.Measure(all, factorization, model.Channels));
        var indices = Enumerable.Range(0, source.Count).ToLookup(i => i % HeldOutEvery == 0);
        int[] seen = [.. indices[false]];
        SeededNoise.SeedGlobalGenerator(seed);
        var precision = PrecisionSelector.Resolve(ComputePrecision.BFloat16, CPU);
        using var trainer = new StageTrainer(
            new DiffusionTransformer(model.Transformer(stage)), new StageLoss(diffusion, model.Classes), training, precision.ToScalarType(), images, stage);
        for (long step = 0; trainer.Images < images; step++)
        {
            using var scope = NewDisposeScope();
            using var generator = SeededNoise.Generator(seed, step);
            var (x, labels) = all.At([.. Enumerable.Range(0, Batch).Select(i => seen[Place(step * Batch + i, seen.Length, seed)])]);
            var (component, condition) = examples.Of(stage, x);
            var loss = trainer.Step(component, labels, condition, generator).Loss;
            if (step % 100 == 0)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arm}, stage {stage}, seed {seed}: {trainer.Images}/{images}, loss {loss:F4}"));
        }
        var losses = HeldOutLoss.Measure(trainer, model.Transformer(stage), stage, examples, diffusion, all, [.. indices[true]]);
        File.AppendAllText(output, JsonSerializer.Serialize(new LossWeightingRun(arm, stage, seed, images, losses)) + "\n");
    }

    /// <summary>Prints the mean over the seeds of every arm and stage, and how the seeds differ from the uniform weighting.</summary>
    public static void Print(string file)
    {
        var runs = File.ReadLines(file).Select(line => JsonSerializer.Deserialize<LossWeightingRun>(line)!).ToList();
        Console.WriteLine($"| stage | arm | {string.Join(" | ", Enumerable.Range(0, 8).Select(i => $"t = {(i + 0.5) / 8:F2}"))} | mean | against uniform, each seed |");
        Console.WriteLine($"|---|---|{string.Concat(Enumerable.Repeat("---|", 10))}");
        foreach (var group in runs.GroupBy(run => (run.Stage, run.Arm)).OrderBy(group => group.Key.Stage))
        {
            var bins = Enumerable.Range(0, 8).Select(i => group.Average(run => run.Losses[i]).ToString("F4", CultureInfo.InvariantCulture));
            var against = group.OrderBy(run => run.Seed).Select(run =>
            {
                var uniform = runs.First(other => other.Arm == "uniform" && other.Stage == run.Stage && other.Seed == run.Seed);
                return string.Create(CultureInfo.InvariantCulture, $"{100 * (run.Losses.Average() / uniform.Losses.Average() - 1):+0.00;-0.00} %");
            });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {group.Key.Stage} | {group.Key.Arm} | {string.Join(" | ", bins)} | {group.Average(run => run.Losses.Average()):F4} | {string.Join(", ", against)} |"));
        }
    }

    // Another order every epoch: the place of an image in a permutation made of its epoch and the seed alone.
    private static int Place(long position, int count, long seed)
    {
        var order = Permutation(position / count, count, seed);
        return order[position % count];
    }

    private static (long Epoch, long Seed, int[] Order)? _last;

    private static int[] Permutation(long epoch, int count, long seed)
    {
        if (_last is { } last && last.Epoch == epoch && last.Seed == seed) return last.Order;
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(seed, 77, epoch);
        int[] order = [.. randperm(count, generator: generator).data<long>().Select(i => (int)i)];
        _last = (epoch, seed, order);
        return order;
    }

    private sealed record LossWeightingRun(string Arm, int Stage, long Seed, long Images, double[] Losses);
}

using Msf.Checkpoints;
using Msf.Data;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>A run of 8 px shapes that takes a fraction of a second, and ways to look at what it left.</summary>
internal static class SmallRun
{
    public static RunConfig Config { get; } = new()
    {
        Model = new ModelConfig
        {
            Name = "small",
            Size = [8, 8],
            Classes = 4,
            Stages =
            [
                new StageConfig { PatchSize = 2, Width = 16, Depth = 1, Heads = 2 },
                new StageConfig { PatchSize = 4, Width = 16, Depth = 1, Heads = 2 },
            ],
        },
        Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 2 }, new StageSamplingConfig { Steps = 1 }] },
        Data = new DataConfig { Source = "synthetic:shapes?size=8&count=50" },
        Training = new TrainingConfig
        {
            MaxImages = 160,
            BatchSize = 8,
            LearningRate = 2e-3,
            WarmupImages = 32,
            EmaHalfLifeImages = 40,
            StageShares = [0.6, 0.4],
            Precision = ComputePrecision.Float32,
            Seed = 5,
            LogEveryImages = 40,
            CheckpointEveryImages = 80,
            SampleEveryImages = 0,
            SampleCount = 4,
        },
    };

    public static RunConfig With(Func<TrainingConfig, TrainingConfig> change) => Config with { Training = change(Config.Training) };

    public static Trainer Open(RunConfig config, string path, bool resume = false, Action<string>? warn = null)
    {
        var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);             // synthetic: holds nothing
        return TrainingRun.Open(config, path, source, CPU, resume, warn ?? (line => Assert.Fail($"unexpected warning: {line}")));
    }

    public static TrainingResult Train(RunConfig config, string path, bool resume = false, Action<string>? warn = null)
    {
        using var trainer = Open(config, path, resume, warn);
        return trainer.Train(cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>Trains until a number of images and is then cancelled, as by Ctrl+C.</summary>
    public static TrainingResult TrainUntil(long images, RunConfig config, string path, bool resume = false)
    {
        using var stop = new CancellationTokenSource();
        using var trainer = Open(config, path, resume);
        return trainer.Train(new Callback(progress => { if (progress.Images >= images) stop.Cancel(); }), stop.Token);
    }

    /// <summary>Every tensor of a checkpoint, by stage (or <c>trunk</c>) and name.</summary>
    public static Dictionary<string, Tensor> Tensors(string checkpoint) =>
        Enumerable.Range(0, 8).Select(stage => (Part: $"{stage}", File: ModelFolder.StageName(stage))).Append((Part: "trunk", File: ModelFolder.TrunkName))
            .Where(part => File.Exists(Path.Combine(checkpoint, part.File)))
            .SelectMany(part => SafetensorsFile.ReadAll(Path.Combine(checkpoint, part.File)).Select(pair => KeyValuePair.Create($"{part.Part}.{pair.Key}", pair.Value)))
            .ToDictionary();

    /// <summary>Requires two checkpoints to hold the same numbers, bit for bit.</summary>
    public static void AssertSame(string expected, string actual)
    {
        using var scope = NewDisposeScope();
        var (before, after) = (Tensors(expected), Tensors(actual));
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, pair => Assert.True(TensorAssert.Identical(pair.Value, after[pair.Key]), $"{pair.Key} differs"));
    }

    /// <summary>A progress that calls at once, on the caller's thread.</summary>
    public sealed class Callback(Action<TrainingProgress> call) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => call(value);
    }

    /// <summary>What training sees of a stage for some images.</summary>
    public static StageExamples Examples(RunConfig config, ComponentStatistics statistics) =>
        new(new MultiScaleFactorization(config.Model.Factorization), statistics);
}

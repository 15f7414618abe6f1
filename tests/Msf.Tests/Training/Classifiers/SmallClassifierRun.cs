using Msf.Checkpoints;
using Msf.Data;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>A classifier of 16 px shapes that takes a fraction of a second.</summary>
internal static class SmallClassifierRun
{
    public static ClassifierRunConfig Config { get; } = new()
    {
        Name = "small",
        Size = 16,
        Classifier = new ClassifierConfig { Classes = 4, Widths = [8, 16], Blocks = 1 },
        HeldOut = new HeldOutConfig { Share = 0.25 },
        Data = new DataConfig { Source = "synthetic:shapes?size=16&count=64", HorizontalFlip = true },
        Training = new TrainingConfig
        {
            MaxImages = 96,
            BatchSize = 8,
            LearningRate = 3e-3,
            WarmupImages = 16,
            EmaHalfLifeImages = 40,
            Precision = ComputePrecision.Float32,
            Seed = 5,
            LogEveryImages = 24,
            CheckpointEveryImages = 40,
            SampleEveryImages = 48,
            SampleCount = 4,
        },
    };

    public static ClassifierTrainer Open(ClassifierRunConfig config, string path, bool resume = false, Action<string>? warn = null)
    {
        var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);             // synthetic: holds nothing
        return ClassifierRun.Open(config, path, source, CPU, resume, warn ?? (line => Assert.Fail($"unexpected warning: {line}")));
    }

    public static TrainingResult Train(ClassifierRunConfig config, string path, bool resume = false)
    {
        using var trainer = Open(config, path, resume);
        return trainer.Train(cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>Requires two checkpoints to hold the same numbers, bit for bit.</summary>
    public static void AssertSame(string expected, string actual)
    {
        using var scope = NewDisposeScope();
        var (before, after) = (SafetensorsFile.ReadAll(Path.Combine(expected, ClassifierFolder.WeightsName)), SafetensorsFile.ReadAll(Path.Combine(actual, ClassifierFolder.WeightsName)));
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, pair => Assert.True(TensorAssert.Identical(pair.Value, after[pair.Key]), $"{pair.Key} differs"));
    }
}

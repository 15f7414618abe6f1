using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>A run of 16 px shapes that takes a fraction of a second, and ways to look at what it left.</summary>
internal static class SmallAutoencoderRun
{
    public static AutoencoderRunConfig Config { get; } = new()
    {
        Name = "small",
        Size = 16,
        Autoencoder = new AutoencoderConfig
        {
            Kind = AutoencoderKind.Kl,
            Kl = new KlConfig { Width = 8, Multipliers = [1, 1], Blocks = 1, Groups = 4, InnerChannels = 4, LatentChannels = 4, QuantConvolutions = false },
        },
        Loss = new AutoencoderLossConfig
        {
            ScaleEquivariance = new ScaleEquivarianceConfig { Probability = 0.5 },
            Discriminator = new DiscriminatorConfig { StartImages = 48, Width = 8, Layers = 1 },
        },
        Data = new DataConfig { Source = "synthetic:shapes?size=16&count=50", HorizontalFlip = true },
        Training = new TrainingConfig
        {
            MaxImages = 96,
            BatchSize = 8,
            LearningRate = 2e-3,
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

    public static AutoencoderRunConfig With(Func<TrainingConfig, TrainingConfig> change) => Config with { Training = change(Config.Training) };

    public static AutoencoderTrainer Open(AutoencoderRunConfig config, string path, bool resume = false, Action<string>? warn = null)
    {
        var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);             // synthetic: holds nothing
        return AutoencoderRun.Open(config, path, source, CPU, resume, warn ?? (line => Assert.Fail($"unexpected warning: {line}")));
    }

    public static TrainingResult Train(AutoencoderRunConfig config, string path, bool resume = false, Action<string>? warn = null)
    {
        using var trainer = Open(config, path, resume, warn);
        return trainer.Train(cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>Requires two checkpoints to hold the same numbers, bit for bit.</summary>
    public static void AssertSame(string expected, string actual)
    {
        using var scope = NewDisposeScope();
        foreach (var name in new[] { "autoencoder.safetensors", "discriminator.safetensors" })
        {
            var (before, after) = (SafetensorsFile.ReadAll(Path.Combine(expected, name)), SafetensorsFile.ReadAll(Path.Combine(actual, name)));
            Assert.Equal(before.Keys.Order(), after.Keys.Order());
            Assert.All(before, pair => Assert.True(TensorAssert.Identical(pair.Value, after[pair.Key]), $"{name}: {pair.Key} differs"));
        }
    }
}

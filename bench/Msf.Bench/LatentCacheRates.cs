using System.Diagnostics;
using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Images a second of training a latent model from a cache, and through the autoencoder from the images that the cache was made of; in turns.</summary>
internal static class LatentCacheRates
{
    private const int StepsBefore = 6, Steps = 24;

    /// <summary>Measures.</summary>
    /// <param name="preset">Configuration of the model.</param>
    /// <param name="cache">The latent cache.</param>
    /// <param name="images">The images that it was made of.</param>
    /// <param name="rounds">Rounds of both arms.</param>
    public static void Run(string preset, string cache, string images, int rounds)
    {
        var config = RunConfigReader.Read(preset, []);
        config = config with { Training = config.Training with { InitializeFromBaseAfterImages = null, PostHocEma = null } };
        var autoencoder = Path.Combine(cache, LatentCache.AutoencoderName);
        (string Name, RunConfig Config)[] arms =
        [
            ("from the cache", config with { Data = config.Data with { Source = cache } }),
            ("through the autoencoder", config with { Data = config.Data with { Source = images, Autoencoder = autoencoder } }),
        ];
        var folder = Directory.CreateTempSubdirectory("msf-latent-cache-").FullName;
        var (steps, loads) = (arms.Select(_ => new List<double>()).ToArray(), arms.Select(_ => new List<double>()).ToArray());
        var open = arms.Select((arm, i) => Open(arm.Config, Path.Combine(folder, $"{i}"))).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var arm = 0; arm < arms.Length; arm++)
            {
                var (trainer, batches) = (open[arm].Trainer, open[arm].Batches);
                steps[arm].Add(Rate(config.Training.BatchSize, round == 0, () => trainer.Step()));
                loads[arm].Add(Rate(config.Training.BatchSize, round == 0, () => batches.Next(config.Training.BatchSize).Dispose()));
            }
        }
        Console.WriteLine("| images/s | training | loading alone |\n|---|---|---|");
        for (var arm = 0; arm < arms.Length; arm++) Console.WriteLine($"| {arms[arm].Name} | {Spread(steps[arm], "F0")} | {Spread(loads[arm], "F0")} |");
        Console.WriteLine($"training from the cache / through the autoencoder: {Spread([.. steps[0].Zip(steps[1], (a, b) => a / b)], "F2")}, {rounds} rounds in turns, {get_num_threads()} threads");
        foreach (var (trainer, batches, source) in open)
        {
            trainer.Dispose();
            batches.Dispose();
            source.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    // A trainer, and batches of its own kind to measure by themselves.
    private static (Trainer Trainer, ITrainingBatches Batches, ILabeledSet Source) Open(RunConfig config, string run)
    {
        var source = DataSets.Open(config.Data.Source!, config.Data.Classes);
        var trainer = TrainingRun.Open(config, run, source, CPU, resume: false, line => Console.Error.WriteLine(line));
        var data = new RunData(config, source, CPU);
        return (trainer, data.Batches(_ => { }), source);
    }

    private static double Rate(int batch, bool first, Action step)
    {
        for (var i = 0; first && i < StepsBefore; i++) step();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Steps; i++) step();
        return batch * Steps / clock.Elapsed.TotalSeconds;
    }

    private static string Spread(List<double> values, string format) =>
        $"{values.Median().ToString(format)} ({values.Min().ToString(format)} to {values.Max().ToString(format)})";
}

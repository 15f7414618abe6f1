using System.Diagnostics;
using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// What a save costs: runs of the noto-emoji preset on synthetic images, in pairs, the second of each with a save every few steps, far more often
/// than anybody would. The difference a save, over the time between two saves of the preset, is the share of training that saving costs.
/// </summary>
internal static class SaveStall
{
    private const int StepsBetweenSaves = 12;

    public static void Run(int pairs, int saves)
    {
        var config = RunConfigReader.Read("noto-emoji", ["training.precision=float32", "training.sampleEveryImages=0"]);
        config = config with { Data = new DataConfig { Source = "synthetic:shapes?size=32&count=256" } };    // four classes, as the preset's
        var steps = (saves + 1) * StepsBetweenSaves;
        Console.WriteLine($"{pairs} pairs of {steps} steps of {config.Training.BatchSize} images, {saves} saves in the second of each, {get_num_threads()} threads");
        var (slowdowns, stalls, rates) = (new List<double>(), new List<double>(), new List<double>());
        Measure(config, steps / 3, saving: false);                                            // warm up
        for (var pair = 0; pair < pairs; pair++)
        {
            var without = Measure(config, steps, saving: false);
            var with = Measure(config, steps, saving: true);
            slowdowns.Add((with.Seconds - without.Seconds) / saves);
            stalls.Add(with.Stall / saves);
            rates.Add((steps - 1) * config.Training.BatchSize / without.Seconds);
            Console.WriteLine($"without {without.Seconds:F2} s, with {with.Seconds:F2} s, of that waiting for copies {with.Stall:F3} s");
        }
        var interval = config.Training.CheckpointEveryImages / rates.Median();
        Console.WriteLine($"a save: training waits {1000 * stalls.Median():F0} ms (from {1000 * stalls.Min():F0} to {1000 * stalls.Max():F0}), and is slower by {1000 * slowdowns.Median():F0} ms in all (from {1000 * slowdowns.Min():F0} to {1000 * slowdowns.Max():F0})");
        Console.WriteLine($"the preset saves every {config.Training.CheckpointEveryImages} images, here {interval:F0} s: waiting {stalls.Median() / interval:P2}, in all {slowdowns.Median() / interval:P2}, at worst {slowdowns.Max() / interval:P2}");
    }

    /// <summary>Seconds from the end of the first step to the end of the last, and of those spent waiting for saves.</summary>
    private static (double Seconds, double Stall) Measure(RunConfig config, int steps, bool saving)
    {
        var batch = config.Training.BatchSize;
        config = config with
        {
            Training = config.Training with
            {
                MaxImages = (long)steps * batch,
                LogEveryImages = (long)steps * batch * 2,
                CheckpointEveryImages = saving ? StepsBetweenSaves * batch : (long)steps * batch * 2,
            },
        };
        using var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);
        var folder = Directory.CreateTempSubdirectory("msf-stall-");
        try
        {
            using var trainer = TrainingRun.Open(config, Path.Combine(folder.FullName, "run"), source, CPU, resume: false, _ => { });
            var (clock, seconds, stall) = (new Stopwatch(), 0.0, 0.0);
            trainer.Train(new Watch(_ =>
            {
                seconds = clock.Elapsed.TotalSeconds;
                clock.Start();
                stall = trainer.SavingStall.TotalSeconds;
            }));
            return (seconds, stall);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

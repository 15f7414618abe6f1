using System.Diagnostics;
using System.Globalization;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Trains each case for some steps in a process of its own, and prints the resident memory it came to at most, above what it had before the
/// network was made, beside what <see cref="TrainingMemory"/> predicts.
/// </summary>
internal static class TrainingMemoryCases
{
    private const int Steps = 3;

    /// <summary>Stage, batch, precision, recomputation, arm of the block's options.</summary>
    private static readonly (string Preset, int Batch, ComputePrecision Precision, bool Recompute, string Arm)[] _cases =
    [
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "plain"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, true, "plain"),
        ("dit-s-2-256", 16, ComputePrecision.Float32, false, "plain"),
        ("dit-s-2-256", 16, ComputePrecision.Float32, true, "plain"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "rmsnorm"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "qknorm"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "swiglu"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "rotary"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, false, "all"),
        ("dit-s-2-256", 16, ComputePrecision.BFloat16, true, "all"),
        ("dit-b-2-256", 8, ComputePrecision.BFloat16, false, "plain"),
        ("dit-b-2-256", 8, ComputePrecision.BFloat16, true, "plain"),
    ];

    public static void RunAll()
    {
        Console.WriteLine("| preset, batch, precision | blocks | options | predicted | measured | measured / predicted | seconds a step |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        for (var i = 0; i < _cases.Length; i++)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(TrainingMemoryCases).Assembly.Location, "training-memory", $"{i}"])
            {
                RedirectStandardOutput = true,
            })!;
            Console.Write(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
        }
    }

    public static void Run(int number)
    {
        var (preset, batch, precision, recompute, arm) = _cases[number];
        Run(preset, batch, precision, recompute, arm);
    }

    public static void Run(string preset, int batch, ComputePrecision precision, bool recompute, string arm)
    {
        var config = RunConfigReader.Read(preset, []);
        var stages = config.Model.Stages.Select(stage => stage with { Block = BlockArms.All[arm] }).ToArray();
        var (model, training) = (config.Model with { Stages = stages, LearnSigma = false }, config.Training with { BatchSize = batch, RecomputeBlocks = recompute });
        using (NewDisposeScope()) nn.functional.linear(randn(64, 64), randn(64, 64));         // the libraries are loaded
        var before = Status("VmRSS");
        var trainers = Enumerable.Range(0, stages.Length).Select(stage => new StageTrainer(
            new DiffusionTransformer(model.Transformer(stage)), new StageLoss(config.Diffusion, model.Classes), training, precision.ToScalarType(), 1 << 30)).ToArray();
        var seconds = new List<double>();
        for (var step = 0; step < Steps; step++)
            for (var stage = 0; stage < stages.Length; stage++)
            {
                using var scope = NewDisposeScope();
                using var generator = SeededNoise.Generator(step, stage);
                var transformer = model.Transformer(stage);
                long[] Shape(int channels) => [batch, channels, .. transformer.InputSize.Select(side => (long)side)];
                var component = randn(Shape(transformer.Channels));
                var condition = stage == 0 ? null : randn(Shape(transformer.ConditionChannels));
                var clock = Stopwatch.StartNew();
                trainers[stage].Step(component, zeros(batch, ScalarType.Int64), condition, generator);
                if (step > 0) seconds.Add(clock.Elapsed.TotalSeconds);
            }
        var measured = Status("VmHWM") - before;
        var predicted = TrainingMemory.Of(model, training, batch, precision, recompute).Peak;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {preset}, {batch}, {precision.ToName()} | {(recompute ? "recomputed" : "kept")} | {arm} | {predicted / 1e9:F2} GB | {measured / 1e9:F2} GB | {measured / (double)predicted:F2} | {seconds.Average():F2} |"));
    }

    /// <summary>A line of the kernel's account of this process, in bytes.</summary>
    private static long Status(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
}

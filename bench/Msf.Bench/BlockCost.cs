using System.Diagnostics;
using System.Globalization;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Milliseconds an image of a training step and of a forward pass of every arm of the block ablation, and of the plain block recomputed, in
/// turns; every ratio to the plain block is taken within a round.
/// </summary>
internal static class BlockCost
{
    private const int Batch = 32;
    private const string Plain = "plain";
    private const string Recomputed = "plain, recomputed";

    public static void Run(ComputePrecision precision, int rounds)
    {
        var cases = BlockArms.All.Keys.Where(arm => !arm.StartsWith("all-", StringComparison.Ordinal)).Append(Recomputed).Select(arm => new Case(arm, precision)).ToList();
        foreach (var what in cases) what.Measure();                                           // the first runs prepare kernels and memory
        foreach (var what in cases) what.Forget();
        for (var round = 0; round < rounds; round++)
            foreach (var what in cases) what.Measure();
        Console.WriteLine($"{precision}, batch {Batch}, {get_num_threads()} threads, {rounds} rounds; medians, and ratios to plain with their range");
        Console.WriteLine("| block | G multiply-adds a forward | training, ms an image | ratio | forward, ms an image | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var plain = cases.Single(what => what.Name == Plain);
        foreach (var what in cases)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what.Name} | {what.MultiplyAdds / 1e9:F4} | {what.Steps.Median() * 1e3:F2} | {Ratio(what.Steps, plain.Steps)} | {what.Forwards.Median() * 1e3:F2} | {Ratio(what.Forwards, plain.Forwards)} |"));
        foreach (var what in cases) what.Dispose();
    }

    private static string Ratio(List<double> times, List<double> plain)
    {
        var ratios = times.Zip(plain, (a, b) => a / b).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{ratios.Median():F2} ({ratios.Min():F2} to {ratios.Max():F2})");
    }

    private sealed class Case : IDisposable
    {
        private readonly StageTrainer _trainer;
        private readonly Tensor _x, _t, _labels;

        public Case(string name, ComputePrecision precision)
        {
            Name = name;
            var model = BlockArms.Model(name == Recomputed ? Plain : name);
            var training = new TrainingConfig { MaxImages = long.MaxValue, BatchSize = Batch, RecomputeBlocks = name == Recomputed };
            _trainer = new StageTrainer(
                new DiffusionTransformer(model.Transformer(0)), new StageLoss(new DiffusionConfig(), model.Classes), training, precision.ToScalarType(), long.MaxValue);
            MultiplyAdds = TransformerCost.Of(model.Transformer(0)).MultiplyAdds;
            (_x, _t, _labels) = (randn(Batch, 3, 16, 16), rand(Batch), zeros(Batch, ScalarType.Int64));
        }

        public string Name { get; }

        public long MultiplyAdds { get; }

        public List<double> Steps { get; } = [];

        public List<double> Forwards { get; } = [];

        public void Measure()
        {
            Steps.Add(Fastest(() =>
            {
                using var generator = SeededNoise.Generator(0);
                _trainer.Step(_x, _labels, condition: null, generator);
            }));
            Forwards.Add(Fastest(() =>
            {
                using var inference = inference_mode();
                using var scope = NewDisposeScope();
                _trainer.Network.Forward(_x, _t, _labels);
            }));
        }

        public void Dispose()
        {
            _trainer.Dispose();
            foreach (var tensor in new[] { _x, _t, _labels }) tensor.Dispose();
        }

        public void Forget()
        {
            Steps.Clear();
            Forwards.Clear();
        }

        /// <summary>Seconds an image of the fastest of three.</summary>
        private static double Fastest(Action run)
        {
            var times = new List<double>();
            for (var i = 0; i < 3; i++)
            {
                var clock = Stopwatch.StartNew();
                run();
                times.Add(clock.Elapsed.TotalSeconds);
            }
            return times.Min() / Batch;
        }
    }
}

using System.Diagnostics;
using Msf.Data;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// What sampling costs besides the network: solver, noise, grids, conversions, guidance, bytes, at the size of a DiT-S and a batch of 16; its images a second against
/// those of the forward passes alone; and what the fast path saves. In turns, on fresh weights, which do not change the time.
/// </summary>
internal static class SamplerOverhead
{
    private const int Batch = 16, Steps = 8, Classes = 1000;
    private static readonly Action<string> _print = Console.WriteLine;

    public static void Run(ComputePrecision precision, int rounds)
    {
        _print($"{precision.ToName()}, {get_num_threads()} threads, DiT-S, batch {Batch}, {Steps} Euler steps, {rounds} rounds in turns; medians (range)");
        var guided = new GuidanceConfig { Scale = 2 };
        Measure(precision, rounds, 16, new GuidanceConfig(), conditioned: false);
        Measure(precision, rounds, 16, guided, conditioned: false);
        Measure(precision, rounds, 16, guided, conditioned: true);
        Measure(precision, rounds, 16, guided with { Rescale = 0.7, Ramp = GuidanceRamp.Cosine }, conditioned: false);
        Interval(precision, rounds);
        Measure(precision, rounds, 32, new GuidanceConfig(), conditioned: false);
        Measure(precision, rounds, 32, guided, conditioned: false);
    }

    private static void Measure(ComputePrecision precision, int rounds, int side, GuidanceConfig guidance, bool conditioned)
    {
        using var what = new Case(precision, side, conditioned);
        var budget = new StageSamplingConfig { Steps = Steps, Guidance = guidance };
        var (plain, fast, bare, apart) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (overhead, overheadBefore, embedding) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var (before, outsideBefore) = what.Sample(budget, what.Plain);
            var (now, outside) = what.Sample(budget, what.Fast);
            var (alone, separately) = (what.Forwards(budget.Forwards() / Steps), budget.Forwards() == Steps ? 0 : what.Halves(Steps));
            var embedded = what.Embeddings(budget.Forwards() / Steps);
            if (round < 0) continue;
            embedding.Add(embedded);
            plain.Add(before);
            fast.Add(now);
            bare.Add(alone);
            apart.Add(separately);
            overhead.Add(outside / now);
            overheadBefore.Add(outsideBefore / before);
        }
        _print($"{side * side / 4} tokens, {(conditioned ? "conditioned, " : "")}scale {guidance.Scale}{(guidance.Rescale > 0 ? ", rescaled, ramped" : "")}:");
        _print($"  besides the network {Share(overhead)} of the time (plain forward: {Share(overheadBefore)})");
        _print($"  sampling {Batch / fast.Median():F2} images/s, forward passes alone {Batch / bare.Median():F2}; ratio {Ratio(bare, fast)}");
        _print($"  the fast path is {Ratio(plain, fast)} times as fast as the plain forward");
        if (conditioned) _print($"  embedding state and condition anew takes {Ratio(embedding, bare)} of the forward passes");
        if (guidance.IsOn) _print($"  halves apart take {Ratio(apart, bare)} of the time of both in one batch");
    }

    private static void Interval(ComputePrecision precision, int rounds)
    {
        using var what = new Case(precision, 16, conditioned: false);
        var (whole, half, none) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            double Seconds(GuidanceConfig guidance) => what.Sample(new StageSamplingConfig { Steps = Steps, Guidance = guidance }, what.Fast).Seconds;
            var (a, b, c) = (Seconds(new() { Scale = 2 }), Seconds(new() { Scale = 2, From = 0.5 }), Seconds(new()));
            if (round < 0) continue;
            whole.Add(a);
            half.Add(b);
            none.Add(c);
        }
        _print($"64 tokens, scale 2: guided in the second half alone {Ratio(half, whole)} of the time of guided throughout (0.75 by the count), unguided {Ratio(none, whole)} (0.5)");
    }

    private static string Share(List<double> shares) => $"{shares.Median():P2} ({shares.Min():P2} to {shares.Max():P2})";

    private static string Ratio(List<double> one, List<double> other)
    {
        var ratios = one.Zip(other, (a, b) => a / b).ToList();
        return $"{ratios.Median():F3} ({ratios.Min():F3} to {ratios.Max():F3})";
    }

    private sealed class Case : IDisposable
    {
        private readonly ModelConfig _model;
        private readonly DiffusionTransformer _network;
        private readonly Stopwatch _inside = new();
        private readonly Tensor? _condition;

        public Case(ComputePrecision precision, int side, bool conditioned)
        {
            _model = new ModelConfig
            {
                Name = "DiT-S",
                Channels = 4,
                Size = [side, side],
                Classes = Classes,
                Factorization = new FactorizationConfig { Levels = 1 },
                Stages = [new StageConfig { PatchSize = 2, Width = 384, Depth = 12, Heads = 6 }],
            };
            _network = new DiffusionTransformer(_model.Transformer(0) with { ConditionChannels = conditioned ? 4 : 0 });
            _ = TorchSharp.ModuleExtensionMethods.to(_network, precision.ToScalarType());
            _network.eval();
            _condition = conditioned ? SeededNoise.Normal(1, 0, Indices, [4, side, side], CPU).DetachFromDisposeScope() : null;
        }

        public StageNetworkFactory Plain => StageNetworkFactories.Of((Denoiser)_network.Forward);

        public StageNetworkFactory Fast => StageNetworkFactories.Of(_network);

        private static long[] Indices => [.. Enumerable.Range(0, Batch).Select(i => (long)i)];

        private static int[] Labels => [.. Indices.Select(i => (int)(i * 37 % Classes))];

        /// <summary>Seconds of sampling a batch to bytes, and those of them outside the network.</summary>
        public (double Seconds, double Outside) Sample(StageSamplingConfig budget, StageNetworkFactory network)
        {
            using var scope = NewDisposeScope();
            _inside.Reset();
            StageNetworkFactory given = (labels, nullClass, _, _, times) => network(labels, nullClass, _condition, 0.975, times);
            var sampler = new MsfSampler(_model, new(), ComponentStatistics.Identity(1, 4), [TimedNetwork.Of(given, _inside)], CPU);
            var request = new SamplingRequest { Labels = Labels, ImageIndices = Indices, Seed = 0, Sampling = new() { Stages = [budget] } };
            var clock = Stopwatch.StartNew();
            using var images = sampler.Sample(request);
            _ = ImageTensors.ToImages(images.narrow(1, 0, 3));
            var seconds = clock.Elapsed.TotalSeconds;
            return (seconds, seconds - _inside.Elapsed.TotalSeconds);
        }

        /// <summary>Seconds of as many forward passes as sampling takes, and of nothing else.</summary>
        /// <param name="copies">How often every image runs a step.</param>
        public double Forwards(int copies)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var (x, t, labels, condition, conditionTime) = Inputs(copies * Batch);
            return Timed(Steps, () => _network.Forward(x, t, labels, condition, conditionTime));
        }

        /// <summary>Seconds of embedding state and condition as often.</summary>
        public double Embeddings(int copies)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var (x, _, _, condition, _) = Inputs(copies * Batch);
            var placed = _network.Place(x);
            return Timed(Steps, () => _network.Tokens(x, condition, placed));
        }

        /// <summary>Seconds of the same for guided sampling, the halves one after the other.</summary>
        public double Halves(int steps)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var (x, t, labels, condition, conditionTime) = Inputs(Batch);
            return Timed(2 * steps, () => _network.Forward(x, t, labels, condition, conditionTime));
        }

        public void Dispose()
        {
            _network.Dispose();
            _condition?.Dispose();
        }

        private static double Timed(int times, Func<Tensor> run)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < times; i++) run().Dispose();
            return clock.Elapsed.TotalSeconds;
        }

        private (Tensor X, Tensor T, Tensor Labels, Tensor? Condition, Tensor? ConditionTime) Inputs(int count)
        {
            long[] indices = [.. Enumerable.Range(0, count).Select(i => (long)i)];
            var x = SeededNoise.Normal(0, 0, indices, [4, _model.Size[0], _model.Size[1]], CPU);
            var condition = _condition is null ? null : count == Batch ? _condition : cat([_condition, _condition]);
            return (
                x, HeldScalar.Constant([count], 0.5, ScalarType.Float32, CPU), tensor([.. indices.Select(i => i * 37 % Classes)]),
                condition, condition is null ? null : HeldScalar.Constant([count], 0.975, ScalarType.Float32, CPU));
        }
    }
}

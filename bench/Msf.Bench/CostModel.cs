using System.Diagnostics;
using System.Globalization;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Predicted seconds against the clock: calibrates the machine on small networks, then samples ten real configurations in turns. None of them is among the
/// networks of the calibration.
/// </summary>
internal static class CostModel
{
    public static void Run(int rounds)
    {
        var calibrations = new[] { ComputePrecision.BFloat16, ComputePrecision.Float32 }.ToDictionary(precision => precision, Calibrate);
        var cases = All();
        foreach (var what in cases) what.Measure();                                           // the first runs prepare kernels and memory
        foreach (var what in cases) what.Times.Clear();
        for (var round = 0; round < rounds; round++)
            foreach (var what in cases) what.Measure();
        Console.WriteLine($"{get_num_threads()} threads, {rounds} rounds in turns; seconds of a batch");
        Console.WriteLine("| configuration | batch | evaluations (guided + plain) | G multiply-adds an image | predicted | measured, median (range) | error | against the fastest |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        var (errors, fastest) = (new List<double>(), new List<double>());
        foreach (var what in cases)
        {
            var (cost, median) = (what.Cost, what.Times.Median());
            var predicted = cost.Seconds(calibrations[what.Precision]);
            errors.Add(predicted / median - 1);
            fastest.Add(predicted / what.Times.Min() - 1);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what.Name} | {cost.Batch} | {string.Join(", ", cost.Stages.Select(stage => $"{stage.GuidedEvaluations} + {stage.PlainEvaluations}"))} | {cost.MultiplyAddsPerImage / 1e9:F2} | {predicted:F3} | {median:F3} ({what.Times.Min():F3} to {what.Times.Max():F3}) | {errors[^1]:+0.0 %;-0.0 %} | {fastest[^1]:+0.0 %;-0.0 %} |"));
            what.Dispose();
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"against the median: largest error {errors.Max(Math.Abs):P1}, mean {errors.Average(Math.Abs):P1}; against the fastest: largest {fastest.Max(Math.Abs):P1}, mean {fastest.Average(Math.Abs):P1}"));
    }

    private static MachineCalibration Calibrate(ComputePrecision precision)
    {
        var clock = Stopwatch.StartNew();
        var calibration = CalibrationRun.Measure(CPU, precision);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{precision.ToName()} calibrated in {clock.Elapsed.TotalSeconds:F1} s; its own networks within {calibration.LargestError:P1}, mean {calibration.MeanError:P1}"));
        Console.WriteLine($"  together {calibration.Together}");
        if (calibration.Apart is { } apart) Console.WriteLine($"  apart {apart}");
        return calibration;
    }

    private static List<Case> All()
    {
        const ComputePrecision bf16 = ComputePrecision.BFloat16, fp32 = ComputePrecision.Float32;
        var guided = new GuidanceConfig { Scale = 2 };
        var interval = new GuidanceConfig { Scale = 2, From = 0.2, To = 0.7 };
        static StageSamplingConfig Budget(int steps, GuidanceConfig? guidance = null, SolverKind solver = SolverKind.Euler) =>
            new() { Steps = steps, Guidance = guidance ?? new(), Solver = solver };
        static ModelConfig Preset(string name, params string[] set) => RunConfigReader.Read(name, set).Model;
        static ModelConfig One(int width, int depth, int heads, int size) => new()
        {
            Name = $"{width} wide, {depth} deep",
            Size = [size, size],
            Classes = 10,
            Factorization = new FactorizationConfig { Levels = 1 },
            Stages = [new StageConfig { PatchSize = 2, Width = width, Depth = depth, Heads = heads }],
        };
        return
        [
            new(One(128, 4, 4, 16), [Budget(40, guided)], 16, bf16),
            new(Preset("noto-emoji"), [Budget(24, guided), Budget(8)], 16, bf16),
            new(Preset("noto-emoji-single-scale"), [Budget(10, interval)], 4, bf16),
            new(Preset("msf-s-256"), [Budget(12, guided), Budget(6)], 4, bf16),
            new(Preset("dit-s-2-256"), [Budget(10, null, SolverKind.Heun)], 1, bf16),
            new(One(512, 8, 8, 32), [Budget(6, interval, SolverKind.Heun)], 4, bf16),
            new(One(768, 8, 12, 16), [Budget(8)], 16, bf16),
            new(Preset("msf-b-256"), [Budget(12, guided), Budget(4)], 1, bf16),
            new(Preset("msf-s-2-4-4-256"), [Budget(8, guided), Budget(6, interval), Budget(4)], 4, fp32),
            new(One(256, 6, 4, 32), [Budget(6, guided)], 4, fp32),
            new(Preset("noto-emoji"), [Budget(10, guided, SolverKind.Heun), Budget(8)], 1, fp32),
            new(
                Preset("cifar10", "model.stages.0.width=256", "model.stages.0.depth=8", "model.stages.0.heads=4", "model.stages.1.width=256", "model.stages.1.heads=4"),
                [Budget(12, guided), Budget(6)], 16, bf16),
        ];
    }

    private sealed class Case : IDisposable
    {
        private readonly DiffusionTransformer[] _networks;
        private readonly MsfSampler _sampler;
        private readonly SamplingRequest _request;

        public Case(ModelConfig model, StageSamplingConfig[] budgets, int batch, ComputePrecision precision)
        {
            var sampling = new SamplingConfig { Stages = budgets };
            (Precision, Cost) = (precision, Msf.Sampling.SamplingCost.Of(model, sampling, batch));
            Name = $"{model.Name}, {string.Join(" and ", Cost.Stages.Select(stage => stage.Transformer.Width).Distinct())} wide, {string.Join(" + ", Cost.Stages.Select(stage => stage.Network.Tokens))} tokens, {precision.ToName()}, {string.Join(" and ", budgets.Select(budget => budget.Solver).Distinct())}";
            _networks = [.. Enumerable.Range(0, model.Stages.Length).Select(stage => new DiffusionTransformer(model.Transformer(stage)))];
            foreach (var network in _networks)
            {
                _ = TorchSharp.ModuleExtensionMethods.to(network, precision.ToScalarType());
                network.eval();
            }
            _sampler = new MsfSampler(model, new Msf.Diffusion.DiffusionConfig(), ComponentStatistics.Identity(model.Stages.Length, model.Channels), _networks);
            _request = new SamplingRequest
            {
                Labels = [.. Enumerable.Range(0, batch).Select(i => i % model.Classes)],
                ImageIndices = [.. Enumerable.Range(0, batch).Select(i => (long)i)],
                Seed = 0,
                Sampling = sampling,
            };
        }

        public string Name { get; }

        public ComputePrecision Precision { get; }

        public Msf.Sampling.SamplingCost Cost { get; }

        public List<double> Times { get; } = [];

        public void Measure()
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            _sampler.Sample(_request);
            Times.Add(clock.Elapsed.TotalSeconds);
        }

        public void Dispose()
        {
            foreach (var network in _networks) network.Dispose();
        }
    }
}

using System.Diagnostics;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Seconds per image of the bundled model's architecture against its one-level twin at the same number of steps and the same
/// guidance, in turns. Weights do not change the time, so they are fresh ones.
/// </summary>
internal static class SamplingCost
{
    private const int Batch = 16;

    public static void Run(int rounds, ComputePrecision precision)
    {
        Console.WriteLine($"{precision.ToName()}, {get_num_threads()} threads, batches of {Batch}");
        var model = Prepare("noto-emoji", precision, config => config.Sampling);
        var twin = Prepare("noto-emoji-single-scale", precision, config => config.Sampling);
        var equal = Prepare("noto-emoji", precision, config =>
        {
            var stage = config.Sampling.Stages[0];
            return config.Sampling with { Stages = [.. config.Sampling.Stages.Select(_ => stage)] };
        });
        var (modelTimes, twinTimes, equalTimes) = (new List<double>(), new List<double>(), new List<double>());
        Seconds(model);
        Seconds(twin);
        for (var round = 0; round < rounds; round++)
        {
            modelTimes.Add(Seconds(model));
            twinTimes.Add(Seconds(twin));
            equalTimes.Add(Seconds(equal));
        }
        Print("bundled model, its own budget", model, modelTimes);
        Print("bundled model, the base's budget in both stages", equal, equalTimes);
        Print("one-level twin", twin, twinTimes);
        Ratio("twin / model, own budget", twin, model, twinTimes, modelTimes);
        Ratio("twin / model, equal budgets", twin, equal, twinTimes, equalTimes);
    }

    private static Case Prepare(string preset, ComputePrecision precision, Func<RunConfig, SamplingConfig> budget)
    {
        var config = RunConfigReader.Read(preset, []);
        var networks = Enumerable.Range(0, config.Model.Stages.Length).Select(stage => new DiffusionTransformer(config.Model.Transformer(stage))).ToList();
        foreach (var network in networks) _ = TorchSharp.ModuleExtensionMethods.to(network, precision.ToScalarType());
        var statistics = ComponentStatistics.Identity(config.Model.Stages.Length, config.Model.Channels);
        var sampling = budget(config);
        return new Case(
            new MsfSampler(config.Model, config.Diffusion, statistics, networks),
            new SamplingRequest
            {
                Labels = [.. Enumerable.Range(0, Batch).Select(i => i % config.Model.Classes)],
                ImageIndices = [.. Enumerable.Range(0, Batch).Select(i => (long)i)],
                Seed = 0,
                Sampling = sampling,
            },
            TransformerCost.PerImage(config.Model, [.. sampling.Stages.Select(stage => stage.Forwards(config.Diffusion.Path))]));
    }

    private static double Seconds(Case what)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        what.Sampler.Sample(what.Request);
        return clock.Elapsed.TotalSeconds / Batch;
    }

    private static void Print(string name, Case what, List<double> times) => Console.WriteLine(
        $"{name}: steps {string.Join(",", what.Request.Sampling.Stages.Select(stage => stage.Steps))}, {what.MultiplyAdds / 1e9:F2} G multiply-adds an image; {times.Median() * 1e3:F0} ms an image (median; {times.Min() * 1e3:F0} to {times.Max() * 1e3:F0})");

    private static void Ratio(string name, Case a, Case b, List<double> aTimes, List<double> bTimes)
    {
        var ratios = aTimes.Zip(bTimes, (x, y) => x / y).ToList();
        Console.WriteLine(
            $"{name}: multiply-adds {(double)a.MultiplyAdds / b.MultiplyAdds:F2}, seconds {ratios.Median():F2} (median of {ratios.Count} interleaved pairs; {ratios.Min():F2} to {ratios.Max():F2})");
    }

    private sealed record Case(MsfSampler Sampler, SamplingRequest Request, long MultiplyAdds);
}

using System.Diagnostics;
using System.Text.Json;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Training steps and forward passes of a DiT-S against the same stack in PyTorch: a script that prints a JSON line a case (<c>tokens</c>,
/// <c>forwardGflops</c>, <c>trainGflops</c>). The two take turns; both give medians of the same seconds. Ours also embeds, clips and averages.
/// </summary>
internal static class PeerComparison
{
    private const double Seconds = 3;

    public static int Run(string python, string script, int rounds, ComputePrecision precision)
    {
        var ratios = new SortedDictionary<(long Tokens, string What), List<(double Own, double Peer)>>();
        for (var round = 0; round < rounds; round++)
        {
            var peers = Peer(python, script, precision);
            foreach (var what in ThroughputCase.Standard)
            {
                var (forward, train) = Own(what, precision);
                var tokens = (long)what.Side * what.Side;
                var peer = peers[tokens];
                foreach (var (name, own, other) in new[] { ("forward", forward, peer.Forward), ("train", train, peer.Train) })
                {
                    if (!ratios.TryGetValue((tokens, name), out var list)) ratios.Add((tokens, name), list = []);
                    list.Add((own, other));
                    Console.Error.WriteLine(FormattableString.Invariant($"round {round + 1}: {tokens} tokens {name}: {own:F0} against {other:F0} GFLOP/s = {own / other:F2}"));
                }
            }
        }
        Console.WriteLine($"| {precision.ToName()} | ours, GFLOP/s | PyTorch | ratio, median (range) |\n|---|---|---|---|");
        foreach (var (key, pairs) in ratios)
        {
            var each = pairs.Select(pair => pair.Own / pair.Peer).Order().ToArray();
            Console.WriteLine(FormattableString.Invariant(
                $"| {key.What}, {key.Tokens} tokens | {pairs.Select(p => p.Own).Median():F0} | {pairs.Select(p => p.Peer).Median():F0} | {each.Median():F2} ({each[0]:F2} to {each[^1]:F2}) |"));
        }
        return 0;
    }

    private static Dictionary<long, (double Forward, double Train)> Peer(string python, string script, ComputePrecision precision)
    {
        var start = new ProcessStartInfo(python, [script, "--precision", precision.ToName(), "--seconds", $"{Seconds}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{python} {script} ended with {process.ExitCode}.");
        return lines.Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(
            line => line.GetProperty("tokens").GetInt64(), line => (line.GetProperty("forwardGflops").GetDouble(), line.GetProperty("trainGflops").GetDouble()));
    }

    private static (double Forward, double Train) Own(ThroughputCase what, ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        var network = new DiffusionTransformer(what.Transformer);
        var training = new TrainingConfig { MaxImages = long.MaxValue, BatchSize = what.Batch };
        using var trainer = new StageTrainer(network, new StageLoss(new DiffusionConfig(), what.Transformer.Classes), training, precision.ToScalarType(), long.MaxValue);
        using var generator = SeededNoise.Generator(0);
        var x = randn([what.Batch, 4, 2 * what.Side, 2 * what.Side], generator: generator);
        var (t, labels) = (rand(what.Batch), zeros(what.Batch, ScalarType.Int64));
        var operations = 2.0 * what.Batch * TransformerCost.Of(what.Transformer).MultiplyAdds / 1e9;
        var forward = MedianSeconds(() =>
        {
            using var inference = inference_mode();
            using var inner = NewDisposeScope();
            network.Forward(x, t, labels);
        });
        return (operations / forward, 3 * operations / MedianSeconds(() => trainer.Step(x, labels, condition: null, generator)));
    }

    private static double MedianSeconds(Action step)
    {
        for (var i = 0; i < 3; i++) step();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 5 || clock.Elapsed.TotalSeconds < Seconds)
        {
            var start = clock.Elapsed;
            step();
            times.Add((clock.Elapsed - start).TotalSeconds);
        }
        return times.Median();
    }
}

using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>The measurement of <c>msf bench</c> in one line a case, on this thread or on another.</summary>
internal static class Throughput
{
    public static void Run(ComputePrecision precision, int rounds)
    {
        foreach (var what in ThroughputCase.Standard)
        {
            var result = ThroughputBenchmark.Measure(what, precision, CPU, rounds);
            Console.WriteLine(FormattableString.Invariant(
                $"{what.Side * what.Side} tokens, {precision.ToName()}: ceiling {result.Ceiling / 1e9:F0} GFLOP/s; forward {Text(result.Forward)}; train {Text(result.Train)}"));
        }
    }

    private static string Text(ThroughputRate rate) => FormattableString.Invariant(
        $"{rate.Flops / 1e9:F0} = {rate.OfCeiling:F3} ({rate.Lowest:F2}-{rate.Highest:F2})");
}

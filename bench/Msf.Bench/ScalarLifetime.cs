using System.Diagnostics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Multiplies a small tensor by a number, and adds two tensors, while another thread collects garbage: with TorchSharp's operator, which lets the collector free
/// the number's wrapper during the call, and with <see cref="HeldScalar"/>. Counts results that threw or were wrong.
/// </summary>
internal static class ScalarLifetime
{
    public static void Run(TimeSpan each)
    {
        set_num_threads(1);
        Measure("TorchSharp's operator", x => x * 0.5, each);
        Measure("HeldScalar", x => x.Times(0.5), each);
        using var minusHalf = full(4, -0.5f);
        Measure("TorchSharp's sum of tensors", x => x + minusHalf, each);
        Measure("HeldScalar's sum of tensors", x => x.Plus(minusHalf), each);
    }

    private static void Measure(string name, Func<Tensor, Tensor> operation, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested) GC.Collect(0);
        });
        collector.Start();
        using var x = ones(4);
        var (calls, threw, wrong) = (0L, 0L, 0L);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration; calls++)
        {
            using var scope = NewDisposeScope();
            try
            {
                if (operation(x).data<float>()[0] != 0.5f) wrong++;
            }
            catch (System.Runtime.InteropServices.ExternalException)
            {
                threw++;
            }
        }
        stop.Cancel();
        collector.Join();
        Console.WriteLine($"{name}: {calls:N0} calls, {threw} threw, {wrong} wrong");
    }
}

using System.Diagnostics;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// Measures a <see cref="MachineCalibration"/>: samples with small networks of several widths, lengths and batch sizes, in turns, and finds the rates that
/// explain the lower quartile of the times of each.
/// </summary>
public static class CalibrationRun
{
    /// <summary>Rounds that a usual measurement takes.</summary>
    public const int DefaultRounds = 7;

    private const int AcceleratorBatches = 8;
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);                      // on a machine that is busy otherwise

    // Heads of 64, as models have, and of 32, which tell softmax from products. Batches: of 1 for threads that share operations, the others for those that share the batch too.
    private static readonly Size[] _cases =
    [
        new(128, 6, 2, 8, [1, 2, 16]),
        new(128, 6, 2, 16, [1, 4, 16]),
        new(256, 2, 8, 32, [1, 2]),
        new(256, 4, 4, 4, [1, 2, 32]),
        new(384, 4, 6, 8, [1, 2, 12]),
        new(384, 4, 6, 16, [1, 2, 4]),
        new(768, 2, 12, 8, [1, 2, 16]),
        new(768, 2, 12, 16, [1, 2]),
        new(768, 6, 12, 8, [1, 2, 4]),
        new(192, 4, 3, 8, [1, 2, 16], Options: true),
        new(384, 4, 6, 8, [1, 2, 8], Options: true),
    ];

    /// <summary>Measures this machine; other work on it spoils the figures.</summary>
    /// <param name="device">Where.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <param name="rounds">Rounds of all networks; more is steadier. Seven take some seconds.</param>
    /// <param name="cancellation">Looked at after every round.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rounds"/> is below 1, or <paramref name="precision"/> is Auto.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static MachineCalibration Measure(Device device, ComputePrecision precision, int rounds = DefaultRounds, CancellationToken cancellation = default) =>
        Measure(device, precision, _cases, rounds, cancellation);

    /// <summary>The same with other networks.</summary>
    internal static MachineCalibration Measure(Device device, ComputePrecision precision, IReadOnlyList<Size> sizes, int rounds, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var cases = sizes.Select(what => (Network: new CalibrationCase(what.Width, what.Depth, what.Heads, what.Side, precision, device, what.Options), Batches: Batches(what.Batches, device))).ToArray();
        try
        {
            var timed = cases.SelectMany(what => what.Batches.Select(batch => (what.Network, Batch: batch))).ToArray();
            var (seconds, noise) = Typical(timed, device, rounds, cancellation);
            var measured = timed.Select((what, i) => (
                Shares: what.Network.Shares(what.Batch),
                Work: what.Network.Work(what.Batch),
                Seconds: Math.Max(seconds[i] - noise * what.Network.NoisePerEvaluation(what.Batch), seconds[i] / 2))).ToArray();
            WorkRates? Fit(bool apart) => measured.Where(what => what.Shares > 1 == apart).Select(what => (what.Work, what.Seconds)).ToArray() is { Length: > 0 } some ? WorkRates.Fit(some) : null;
            var (together, alone) = (Fit(apart: false)!, Fit(apart: true));
            var errors = measured.Select(what => Math.Abs(what.Work.Seconds(what.Shares > 1 ? alone! : together) / what.Seconds - 1)).ToArray();
            return new MachineCalibration
            {
                Format = MachineCalibration.CurrentFormat,
                Machine = MachineName.Of(device),
                Device = device.ToString(),
                Threads = get_num_threads(),
                Libtorch = Libtorch.Report.Version,
                Precision = precision,
                CacheBytes = MachineName.CacheBytes,
                Together = together,
                Apart = alone,
                SecondsPerNoise = noise,
                MeanError = errors.Average(),
                LargestError = errors.Max(),
            };
        }
        finally
        {
            foreach (var (network, _) in cases) network.Dispose();
        }
    }

    private static int[] Batches(int[] batches, Device device) => device.type == DeviceType.CPU ? batches : [.. batches.Concat(batches.Select(batch => AcceleratorBatches * batch)).Distinct()];

    // Seconds of every case, and of one normal number.
    private static (double[] Seconds, double Noise) Typical((CalibrationCase Network, int Batch)[] cases, Device device, int rounds, CancellationToken cancellation)
    {
        var times = Array.ConvertAll(cases, _ => new List<double>());
        var noise = double.PositiveInfinity;
        var clock = Stopwatch.StartNew();
        for (var round = -1; round < rounds && (round < 1 || clock.Elapsed < _longest); round++)  // the first prepares kernels and memory
        {
            for (var i = 0; i < cases.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var seconds = cases[i].Network.Seconds(cases[i].Batch);
                if (round >= 0) times[i].Add(seconds);
            }
            noise = Math.Min(noise, NoiseSeconds(device));
        }
        return (Array.ConvertAll(times, LowerQuartile), noise);
    }

    // The fastest of short runs is faster than long ones are, their median is what else the machine does.
    private static double LowerQuartile(List<double> times) => times.Order().ElementAt(times.Count / 4);

    private static double NoiseSeconds(Device device)
    {
        const int images = 16, side = 32;
        var start = Stopwatch.GetTimestamp();
        using (SeededNoise.Normal(0, 0, [.. Enumerable.Range(0, images).Select(i => (long)i)], [4, side, side], device))
        {
            if (device.type == DeviceType.CUDA) cuda.synchronize(device);
            return Stopwatch.GetElapsedTime(start).TotalSeconds / (images * 4 * side * side);
        }
    }

    /// <summary>A network to time.</summary>
    /// <param name="Width">Width D.</param>
    /// <param name="Depth">Blocks.</param>
    /// <param name="Heads">Heads.</param>
    /// <param name="Side">Side of the token grid.</param>
    /// <param name="Batches">Images at once.</param>
    /// <param name="Options">Whether the blocks have all their options.</param>
    internal sealed record Size(int Width, int Depth, int Heads, int Side, int[] Batches, bool Options = false);
}

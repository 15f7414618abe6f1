using System.Diagnostics;
using System.Globalization;
using Msf.Evaluation;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Seconds and memory of every figure at the size of published evaluations, each in a process of its own; memory is what the process came to at most above what it held before.</summary>
internal static class MetricsCost
{
    private const int Batch = 500;

    private static readonly (string Name, string What)[] _parts =
    [
        ("moments", "mean and covariance, streamed in batches of 500"),
        ("frechet", "Frechet distance of two covariances (root of one, eigenvalues of the product)"),
        ("resample", "one resample of the Frechet distance's bootstrap"),
        ("kernel", "KID, 100 subsets of 1,000"),
        ("manifolds", "precision, recall, density and coverage, all pairs"),
        ("neighbours", "nearest image of the data for every sample"),
    ];

    public static void RunAll(int count, int width)
    {
        Console.WriteLine($"{count} x {width} features of data and of samples, {get_num_threads()} threads");
        Console.WriteLine("| figure | seconds | memory |");
        Console.WriteLine("|---|---|---|");
        foreach (var (name, _) in _parts)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(MetricsCost).Assembly.Location, "metrics-cost", name, $"{count}", $"{width}"]) { RedirectStandardOutput = true })!;
            Console.Write(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
        }
    }

    public static void Run(string part, int count, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using (NewDisposeScope()) linalg.eigvalsh(eye(64, 64, ScalarType.Float64).mm(rand(64, 64, ScalarType.Float64)));        // the libraries are loaded
        var features = part == "moments" ? 0 : part is "frechet" ? Math.Min(count, 2 * width) : count;
        var (data, samples) = (Features(features, width, 1), Features(part == "resample" ? 0 : features, width, 2));
        File.WriteAllText("/proc/self/clear_refs", "5");                                      // the peak counts from here: making the features is no part of it
        var held = Status("VmRSS");
        var clock = new Stopwatch();
        switch (part)
        {
            case "moments":
                using (var statistics = new FeatureStatistics(width))
                    for (var first = 0; first < count; first += Batch)
                    {
                        using var inner = NewDisposeScope();
                        var batch = Features(Math.Min(Batch, count - first), width, first);
                        clock.Start();
                        statistics.Add(batch);
                        clock.Stop();
                    }
                break;
            case "frechet":
                using (FeatureMoments a = Moments(data), b = Moments(samples))
                {
                    clock.Start();
                    FrechetDistance.Between(a, b);
                }
                break;
            case "resample":
                using (var moments = Moments(data.narrow(0, 0, Math.Min(count, 2 * width))))
                using (var reference = new FrechetReference(moments))
                {
                    clock.Start();
                    reference.DistanceTo(data, [.. Enumerable.Range(0, count).Select(i => (long)i * 7919 % count)]);
                }
                break;
            case "kernel":
                clock.Start();
                KernelDistance.OfSubsets(data, samples);
                break;
            case "manifolds":
                clock.Start();
                using (var manifold = new ManifoldMetrics(data)) manifold.Of(samples);
                break;
            case "neighbours":
                clock.Start();
                NearestImages.Of(samples, data);
                break;
            default:
                throw new ArgumentException($"{part} is none of {string.Join(", ", _parts.Select(p => p.Name))}.", nameof(part));
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {_parts.First(p => p.Name == part).What} | {clock.Elapsed.TotalSeconds:F1} | {(Status("VmHWM") - held) / 1e6:F0} MB |"));
    }

    // Features of an eighth as many dimensions, as networks have, and a little of all.
    private static Tensor Features(int count, int width, long seed)
    {
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(seed);
        using var shared = SeededNoise.Generator(0);
        var mix = randn([width / 8, width], generator: shared);
        return randn([count, width / 8], generator: generator).mm(mix).Plus(randn([count, width], generator: generator)).MoveToOuterDisposeScope();
    }

    private static FeatureMoments Moments(Tensor features)
    {
        using var statistics = new FeatureStatistics((int)features.shape[1]);
        for (long first = 0; first < features.shape[0]; first += Batch)
        {
            using var scope = NewDisposeScope();
            statistics.Add(features.narrow(0, first, Math.Min(Batch, features.shape[0] - first)));
        }
        return statistics.Moments();
    }

    private static long Status(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
}

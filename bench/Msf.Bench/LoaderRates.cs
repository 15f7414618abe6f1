using System.Diagnostics;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Images a second that each source gives, decoded for every batch and from memory, with one loader thread and with four; and whether both
/// give the same pixels and labels in the same order.
/// </summary>
internal static class LoaderRates
{
    private const int Batch = 64;

    public static void Run(int size, double seconds, IEnumerable<string> sources)
    {
        Console.WriteLine($"| source, at {size} px | images | decoded, 1 thread | 4 threads | in memory, 1 thread | 4 threads | same order |\n|---|---|---|---|---|---|---|");
        foreach (var name in sources)
        {
            using var source = ImageSources.Open(name);
            var rates = new List<string>();
            foreach (var budget in new[] { 0L, 2L << 30 })
                foreach (var threads in new[] { 1, 4 })
                    rates.Add(Rate(source, size, seconds, threads, budget));
            Console.WriteLine($"| {Path.GetFileName(Path.TrimEndingDirectorySeparator(name))} | {source.Count} | {string.Join(" | ", rates)} | {(Same(source, size) ? "yes" : "NO")} |");
        }
    }

    private static string Rate(IImageSource source, int size, double seconds, int threads, long budget)
    {
        using var batches = new ImageBatches(source, size, new() { Threads = threads, MemoryBudget = budget, HorizontalFlip = true });
        if (budget > 0 && !batches.InMemory) return "too large";
        batches.Next(Batch).Dispose();
        var (images, clock) = (0L, Stopwatch.StartNew());
        for (; clock.Elapsed.TotalSeconds < seconds; images += Batch) batches.Next(Batch).Dispose();
        return $"{images / clock.Elapsed.TotalSeconds:F0}";
    }

    private static bool Same(IImageSource source, int size)
    {
        using var one = new ImageBatches(source, size, new() { Threads = 1, MemoryBudget = 0, HorizontalFlip = true });
        using var four = new ImageBatches(source, size, new() { Threads = 4, MemoryBudget = 0, HorizontalFlip = true });
        for (var i = 0; i < 10; i++)
        {
            using var scope = NewDisposeScope();
            var (a, b) = (one.Next(Batch), four.Next(Batch));
            if (!a.Images.data<float>().SequenceEqual(b.Images.data<float>()) || !a.Labels.data<long>().SequenceEqual(b.Labels.data<long>())) return false;
        }
        return true;
    }
}

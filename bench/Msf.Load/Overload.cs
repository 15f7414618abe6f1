using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;

namespace Msf.Load;

/// <summary>Several times as many requests as the server can serve, at a steady rate whatever it answers.</summary>
internal static class Overload
{
    private static readonly TimeSpan _probing = TimeSpan.FromMilliseconds(200);

    internal static async Task<int> RunAsync(TimeSpan duration, double times)
    {
        await using var server = await ServerProcess.StartAsync("--max-requests", "1000000", "--queue", "64", "--max-gallery", "2000");
        using var client = server.Client();
        var alone = new List<double>();
        for (var i = 0; i < 20; i++) alone.Add(await SecondsAsync(client, i, new()));
        var capacity = await CapacityAsync(client);
        var rate = times * capacity;
        Console.WriteLine($"capacity {capacity:F1} images/s; {rate:F1} requests/s for {duration.TotalMinutes:F1} minutes");

        var statuses = new ConcurrentDictionary<string, int>();
        var (probes, resident) = (new ConcurrentBag<double>(), new List<long>());
        using var end = new CancellationTokenSource(duration);
        var probing = Task.Run(async () =>
        {
            using var prober = server.Client();
            for (var next = 0L; !end.IsCancellationRequested;)
            {
                var started = Stopwatch.GetTimestamp();
                (await prober.GetAsync("/healthz")).EnsureSuccessStatusCode();
                probes.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                if (next++ % 50 == 0) resident.Add(server.Resident);
                await Task.Delay(_probing);
            }
        });
        var clock = Stopwatch.StartNew();
        var running = new List<Task>();
        for (var sent = 0; !end.IsCancellationRequested; sent++)
        {
            var wait = sent / rate - clock.Elapsed.TotalSeconds;
            if (wait > 0) await Task.Delay(TimeSpan.FromSeconds(wait));
            running.Add(SecondsAsync(client, sent, statuses));
            if (sent % 1000 == 999) running.RemoveAll(task => task.IsCompleted);
        }
        await Task.WhenAll(running);
        await probing;
        var after = new List<double>();
        for (var i = 0; i < 20; i++) after.Add(await SecondsAsync(client, i, new()));
        foreach (var (status, count) in statuses.OrderBy(pair => pair.Key)) Console.WriteLine($"  {status}: {count}");
        Console.WriteLine($"/healthz p50 {1000 * Percentiles.Of(probes, 0.5):F1} ms, p99 {1000 * Percentiles.Of(probes, 0.99):F1} ms, {probes.Count} probes");
        Console.WriteLine($"resident MB, every {50 * _probing.TotalSeconds:F0} s or so: {string.Join(" ", resident.Where((_, i) => i % Math.Max(1, resident.Count / 12) == 0).Select(bytes => bytes >> 20))} ... {resident[^1] >> 20}");
        Console.WriteLine($"one image before {Percentiles.Milliseconds(alone)}; at once after {Percentiles.Milliseconds(after)}");
        return statuses.Keys.All(status => status is "200" or "429" or "503") && server.IsAlive ? 0 : 1;
    }

    private static async Task<double> CapacityAsync(HttpClient client)
    {
        var statuses = new ConcurrentDictionary<string, int>();
        for (var warm = 0; warm < 2; warm++) await Task.WhenAll(Enumerable.Range(0, 16).Select(i => SecondsAsync(client, i, statuses)));
        var clock = Stopwatch.StartNew();
        const int images = 96;
        var left = images;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (int i; (i = Interlocked.Decrement(ref left)) >= 0;) await SecondsAsync(client, i, statuses);
        }));
        return images / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> SecondsAsync(HttpClient client, int seed, ConcurrentDictionary<string, int> statuses)
    {
        var started = Stopwatch.GetTimestamp();
        var status = "broken";
        try
        {
            using var answer = await client.PostAsJsonAsync("/v1/images/generations", new { @class = seed % 4, seed, response_format = seed % 2 == 0 ? "b64_json" : "url" });
            _ = await answer.Content.ReadAsByteArrayAsync();
            status = $"{(int)answer.StatusCode}";
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            status = error.GetType().Name;
        }
        statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}

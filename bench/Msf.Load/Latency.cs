using System.Collections.Concurrent;
using System.Diagnostics;
using Msf.Client;

namespace Msf.Load;

/// <summary>One image after the other: how long to the base, how long to the image, and how many a second by one user and by several at once.</summary>
internal static class Latency
{
    internal static async Task<int> RunAsync(int requests, int users)
    {
        await using var server = await ServerProcess.StartAsync("--max-requests", "1000000");
        _ = await MeasureAsync(server, users: 1, requests: 10);
        _ = await MeasureAsync(server, users, requests: 4 * users);
        var one = await MeasureAsync(server, users: 1, requests);
        var many = await MeasureAsync(server, users, requests * users / 2);
        Console.WriteLine($"{users} users: {many:F2} images/s, {users} times one user would be {users * one:F2}; {many / one:F2} times the throughput of one");
        return 0;
    }

    // Images a second.
    private static async Task<double> MeasureAsync(ServerProcess server, int users, int requests)
    {
        var (previews, images) = (new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var left = requests;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, users).Select(async user =>
        {
            using var client = new MsfClient(server.Client());
            for (int request; (request = Interlocked.Decrement(ref left)) >= 0;)
            {
                var started = Stopwatch.GetTimestamp();
                var job = await client.CreateJobAsync(new JobRequest { Classes = [$"{request % 4}"], Seed = request });
                var seen = false;
                await foreach (var happened in client.ReadEventsAsync(job.Id))
                {
                    if (happened is PreviewEvent { Stage: 0, Complete: true } && !seen)
                    {
                        previews.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                        seen = true;
                    }
                    if (happened is ImageEvent) images.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                    if (happened is FailedEvent failed) throw new InvalidOperationException(failed.Message);
                }
            }
        }));
        var rate = images.Count / clock.Elapsed.TotalSeconds;
        Console.WriteLine($"{users} user(s), {images.Count} images: base preview {Percentiles.Milliseconds([.. previews])}; image {Percentiles.Milliseconds([.. images])}; {rate:F2} images/s");
        return rate;
    }
}

using System.Diagnostics;
using Msf.Client;

namespace Msf.Load;

/// <summary>From DELETE of a full batch until the worker takes the first step for the next job.</summary>
internal static class CancelLatency
{
    internal static async Task<int> RunAsync(int times)
    {
        await using var server = await ServerProcess.StartAsync("--max-requests", "1000000");
        using var client = new MsfClient(server.Client());
        var seconds = new List<double>();
        var steps = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var doomed = await client.CreateJobAsync(new JobRequest { Count = 16, Seed = i, Steps = [250, 8] });
            var next = await client.CreateJobAsync(new JobRequest { Seed = i, Steps = [1, 1] });
            var last = 0L;
            await foreach (var happened in client.ReadEventsAsync(doomed.Id))
            {
                if (happened is not ProgressEvent { Step: >= 3 } progress) continue;
                if (last != 0) steps.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
                last = Stopwatch.GetTimestamp();
                if (progress.Step >= 10) break;
            }
            var started = Stopwatch.GetTimestamp();
            await client.CancelJobAsync(doomed.Id);
            await foreach (var happened in client.ReadEventsAsync(next.Id))
            {
                if (happened is not ProgressEvent) continue;
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                break;
            }
            while ((await client.ReadJobAsync(next.Id)).State != JobState.Done) await Task.Delay(5);
        }
        Console.WriteLine($"a step of 16 images: {Percentiles.Milliseconds(steps)}; from DELETE to the next job's first step: {Percentiles.Milliseconds(seconds)} ({times} times)");
        return 0;
    }
}

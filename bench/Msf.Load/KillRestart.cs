using Msf.Client;
using Msf.Data;

namespace Msf.Load;

/// <summary>kill -9 while images are being made and written: whatever was told to be there is there, whole, and nothing else.</summary>
internal static class KillRestart
{
    internal static async Task<int> RunAsync(int times)
    {
        await using var server = await ServerProcess.StartAsync("--max-requests", "1000000");
        var (told, ready, faults) = (new List<string>(), new List<double>(), 0);
        var random = new Random(1);
        for (var i = 0; i < times; i++)
        {
            using var client = new MsfClient(server.Client());
            var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(async user =>
            {
                try
                {
                    for (var seed = 0; ; seed++)
                    {
                        var job = await client.CreateJobAsync(new JobRequest { Count = 8, Seed = 1000 * user + seed, Steps = [4, 2] });
                        await foreach (var happened in client.ReadEventsAsync(job.Id))
                            if (happened is ImageEvent { Id: { } id })
                                lock (told) told.Add(id);
                    }
                }
                catch (Exception error) when (error is HttpRequestException or IOException or MsfException)
                {
                    // Killed.
                }
            }));
            await Task.Delay(random.Next(2000, 6000));
            ready.Add(await server.KillAndRestartAsync());
            await reading;
            using var again = new MsfClient(server.Client());
            string[] ids;
            lock (told) ids = [.. told];
            foreach (var id in ids)
            {
                try
                {
                    _ = ImageDecoder.Decode(await again.ReadImageAsync(id), id);
                }
                catch (Exception error) when (error is MsfException or InvalidDataException)
                {
                    faults++;
                    Console.WriteLine($"{id}: {error.Message}");
                }
            }
            foreach (var file in Directory.GetFiles(server.Gallery, "*", SearchOption.TopDirectoryOnly))
            {
                if (!file.EndsWith(".png", StringComparison.Ordinal)) faults++;
                else _ = ImageDecoder.Decode(file);
            }
        }
        Console.WriteLine($"killed {times} times, {told.Count} images told, {Directory.GetFiles(server.Gallery, "*.png").Length} in the gallery, {faults} missing, broken or left over; ready again after {Percentiles.Of(ready, 0.5):F2} s (p50), {ready.Max():F2} s (most)");
        return faults == 0 ? 0 : 1;
    }
}

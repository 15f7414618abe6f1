using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Msf.Load;

/// <summary>Requests made from the OpenAPI document: every route and method, members right, wrong, missing, too many, too large; and paths that lead elsewhere.</summary>
internal static class ApiFuzz
{
    internal static async Task<int> RunAsync(int requests, int seed)
    {
        await using var server = await ServerProcess.StartAsync("--max-requests", "100000000", "--max-gallery", "500", "--queue", "64", "--max-count", "4", "--max-steps", "8", "--max-pixels", "4096");
        using var client = server.Client();
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));
        var outside = FolderWatch.Snapshot(server.Folder);
        var statuses = new ConcurrentDictionary<int, int>();
        var faults = new ConcurrentQueue<string>();
        var ids = new ConcurrentQueue<string>();
        var left = requests;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var maker = new RequestMaker(document.RootElement, new Random(HashCode.Combine(seed, worker)), ids);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var request = maker.Next();
                var told = $"{request.Method} {request.RequestUri}";
                try
                {
                    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                    using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                    statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
                    if ((int)answer.StatusCode is >= 500 and not 503) faults.Enqueue($"{(int)answer.StatusCode} {told} {await answer.Content.ReadAsStringAsync(limit.Token)}");
                    else if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream") maker.Learn(await answer.Content.ReadAsByteArrayAsync(limit.Token));
                }
                catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
                {
                    if (!server.IsAlive || error is OperationCanceledException) faults.Enqueue($"{error.GetType().Name} {told}");
                    else statuses.AddOrUpdate(0, 1, (_, count) => count + 1);
                }
            }
        })));
        Console.WriteLine($"{requests} requests in {clock.Elapsed.TotalSeconds:F0} s, seed {seed}: {string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{(pair.Key == 0 ? "refused by the connection" : pair.Key)}: {pair.Value}"))}");
        foreach (var fault in faults.Take(20)) Console.WriteLine(fault.Length > 400 ? fault[..400] : fault);
        var strangers = FolderWatch.Strangers(server.Folder, outside);
        foreach (var stranger in strangers.Take(20)) Console.WriteLine($"unexpected file {stranger}");
        using var ready = await client.GetAsync("/readyz");
        Console.WriteLine($"{faults.Count} faults, {strangers.Count} unexpected files, alive: {server.IsAlive}, ready: {(int)ready.StatusCode}, resident {server.Resident >> 20} MB");
        return faults.IsEmpty && strangers.Count == 0 && server.IsAlive ? 0 : 1;
    }
}

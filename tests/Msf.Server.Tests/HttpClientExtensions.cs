using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Msf.Server.Tests;

/// <summary>What tests ask of a server again and again.</summary>
internal static class HttpClientExtensions
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(path, new StringContent(json, null, "application/json"), Cancellation);

    internal static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        using (answer) return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    internal static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        var answer = await client.GetAsync(path, Cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.JsonAsync();
    }

    /// <summary>Asks for images and waits for the end of the job.</summary>
    internal static async Task<JsonElement> RunJobAsync(this HttpClient client, string json)
    {
        var answer = await client.PostAsync("api/jobs", json);
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True((int)answer.StatusCode == 202, body);
        return await client.EndOfJobAsync(JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!);
    }

    /// <summary>Waits for the end of a job.</summary>
    internal static async Task<JsonElement> EndOfJobAsync(this HttpClient client, string id)
    {
        while (true)
        {
            var job = await client.GetJsonAsync($"api/jobs/{id}");
            if (job.GetProperty("state").GetString() is not ("queued" or "running")) return job;
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>The files of a finished job's images.</summary>
    internal static async Task<byte[][]> ImagesAsync(this HttpClient client, JsonElement job)
    {
        Assert.Equal("done", job.GetProperty("state").GetString());
        var files = new List<byte[]>();
        foreach (var image in job.GetProperty("images").EnumerateArray()) files.Add(await client.GetByteArrayAsync(image.GetProperty("url").GetString(), Cancellation));
        return [.. files];
    }

    /// <summary>All events of a job: id, name and data.</summary>
    internal static async Task<List<(long Id, string Name, JsonElement Data)>> EventsAsync(this HttpClient client, string id, long after = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/jobs/{id}/events");
        if (after > 0) request.Headers.Add("Last-Event-ID", $"{after}");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var events = new List<(long, string, JsonElement)>();
        foreach (var block in (await answer.Content.ReadAsStringAsync(Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Split('\n').Where(line => line[0] != ':').Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);
            if (lines.TryGetValue("data", out var data)) events.Add((long.Parse(lines["id"], CultureInfo.InvariantCulture), lines["event"], JsonDocument.Parse(data).RootElement));
        }
        return events;
    }
}

using System.Net;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Msf.Server.Tests.Engine;

/// <summary>More than fits, before it is ready, and when it stops.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-load-");

    [Fact]
    public async Task While_the_model_is_loaded_requests_are_told_to_come_again()
    {
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName), ready: false);
        using var client = app.GetTestClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz", TestContext.Current.CancellationToken)).StatusCode);
        var early = await client.PostAsync("/api/jobs", "{}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        Assert.NotNull(early.Headers.RetryAfter?.Delta);
        Assert.Equal("model_loading", (await early.JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        await ServedModel.ReadyAsync(app);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/api/jobs", """{"steps":1}""")).StatusCode);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_again_and_then_takes_more()
    {
        await using var app = await StartAsync(new ServerLimits { Queue = 6, Batch = 2 });
        using var client = app.GetTestClient();
        var running = await (await client.PostAsync("/api/jobs", """{"classes":"clock","count":2,"steps":250}""")).JsonAsync();
        var id = running.GetProperty("id").GetString();
        while ((await client.GetJsonAsync($"/api/jobs/{id}")).GetProperty("state").GetString() == "queued") await Task.Delay(5, TestContext.Current.CancellationToken);
        var waiting = await (await client.PostAsync("/api/jobs", """{"classes":"clock","count":3,"steps":1}""")).JsonAsync();
        var refused = await client.PostAsync("/api/jobs", """{"classes":"clock","count":4,"steps":1}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        var greedy = await client.PostAsync("/api/jobs", """{"classes":"clock","count":1,"steps":1}""");
        Assert.Equal("client_queue_full", (await greedy.JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/api/jobs", """{"count":7,"steps":1}""")).StatusCode);
        await client.DeleteAsync($"/api/jobs/{id}", TestContext.Current.CancellationToken);
        Assert.Equal("done", (await client.EndOfJobAsync(waiting.GetProperty("id").GetString()!)).GetProperty("state").GetString());
        Assert.Equal("done", (await client.RunJobAsync("""{"classes":"clock","count":3,"steps":1}""")).GetProperty("state").GetString());
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_to_wait()
    {
        await using var app = await StartAsync(new ServerLimits { RequestsPerMinute = 2 });
        using var client = app.GetTestClient();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++) statuses.Add((await client.PostAsync("/api/jobs", """{"count":0}""")).StatusCode);
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/models", TestContext.Current.CancellationToken)).StatusCode);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Later_arrivals_join_at_the_stage_border()
    {
        await using var app = await StartAsync(new ServerLimits());
        using var client = app.GetTestClient();
        const string settings = "\"classes\":\"clock\",\"steps\":[60,3]";
        var alone = await client.ImagesAsync(await client.RunJobAsync($$"""{"seed":2,{{settings}}}"""));
        var before = await StagesAsync(client);
        var first = await (await client.PostAsync("/api/jobs", $$"""{"seed":1,{{settings}}}""")).JsonAsync();
        while ((await client.GetJsonAsync($"/api/jobs/{first.GetProperty("id").GetString()}")).GetProperty("state").GetString() == "queued") await Task.Delay(1, TestContext.Current.CancellationToken);
        var second = await client.RunJobAsync($$"""{"seed":2,{{settings}}}""");
        await client.EndOfJobAsync(first.GetProperty("id").GetString()!);
        var after = await StagesAsync(client);
        Assert.Equal((2, 2, 1, 2), (after.Batches0 - before.Batches0, after.Images0 - before.Images0, after.Batches1 - before.Batches1, after.Images1 - before.Images1));
        AssertImages.Close(alone[0], (await client.ImagesAsync(second))[0]);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_server_that_stops_finishes_what_runs_and_hands_back_what_waits()
    {
        await using var app = await StartAsync(new ServerLimits { Batch = 1 });
        using var client = app.GetTestClient();
        var running = await (await client.PostAsync("/api/jobs", """{"classes":"clock","steps":[60,2]}""")).JsonAsync();
        var id = running.GetProperty("id").GetString()!;
        while ((await client.GetJsonAsync($"/api/jobs/{id}")).GetProperty("state").GetString() == "queued") await Task.Delay(1, TestContext.Current.CancellationToken);
        var waiting = await (await client.PostAsync("/api/jobs", """{"classes":"flag","steps":[9,2]}""")).JsonAsync();
        var events = client.EventsAsync(id);
        var others = client.EventsAsync(waiting.GetProperty("id").GetString()!);
        await app.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("done", (await events)[^1].Name);
        var last = (await others)[^1];
        Assert.Equal(("failed", "stopping"), (last.Name, last.Data.GetProperty("code").GetString()));
        Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "gallery"), "*.png"));
    }

    [Fact]
    public async Task A_job_that_takes_too_long_fails()
    {
        await using var app = await StartAsync(new ServerLimits { JobTime = TimeSpan.FromSeconds(1) });
        using var client = app.GetTestClient();
        var job = await client.RunJobAsync("""{"classes":"clock","count":32,"steps":250}""");
        Assert.Equal("failed", job.GetProperty("state").GetString());
        Assert.Equal("timeout", job.GetProperty("error").GetProperty("code").GetString());
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_model_that_is_broken_ends_the_server_with_the_reason()
    {
        var broken = Path.Combine(_folder.FullName, "broken");
        Directory.CreateDirectory(broken);
        foreach (var file in Directory.GetFiles(ServedModel.Model)) File.Copy(file, Path.Combine(broken, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(broken, "stage0.safetensors"), "no weights");
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with { Model = broken }, ready: false);
        var stopping = app.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping;
        var stopped = new TaskCompletionSource();
        using var registration = stopping.Register(stopped.SetResult);
        await stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("stage0", MsfServer.FaultOf(app), StringComparison.Ordinal);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<Microsoft.AspNetCore.Builder.WebApplication> StartAsync(ServerLimits limits) =>
        ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with { Limits = limits });

    private static async Task<(int Batches0, int Images0, int Batches1, int Images1)> StagesAsync(HttpClient client)
    {
        var lines = (await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
        int Value(string name, int stage) => lines.FirstOrDefault(line => line.StartsWith($"msf_batch_images_{name}{{", StringComparison.Ordinal) && line.Contains($"stage=\"{stage}\"", StringComparison.Ordinal)) is { } found
            ? (int)double.Parse(found.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        return (Value("count", 0), Value("sum", 0), Value("count", 1), Value("sum", 1));
    }
}

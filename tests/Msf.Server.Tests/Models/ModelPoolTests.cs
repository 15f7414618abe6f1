using System.Net;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Msf.Checkpoints;
using Msf.Sampling;

namespace Msf.Server.Tests.Models;

/// <summary>Several models.</summary>
public sealed class ModelPoolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-models-");

    [Fact]
    public async Task Models_are_loaded_when_asked_for_and_the_one_used_longest_ago_goes()
    {
        foreach (var name in new[] { "one", "two" }) Copy(Path.Combine(_folder.FullName, "models", name));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "models", "none"));
        Copy(Path.Combine(_folder.FullName, "secret"));
        var bytes = ModelCard.Read("x", ServedModel.Model).Bytes(new ServerLimits().Batch);
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with
        {
            Models = Path.Combine(_folder.FullName, "models"),
            Limits = new ServerLimits { ModelBytes = 2 * bytes + 1 },
        });
        using var client = app.GetTestClient();
        Assert.Equal(["noto-emoji", "one", "two"], await NamesAsync(client, loaded: null));
        foreach (var name in new[] { "secret", "none", "../secret", "models/one", "" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/api/jobs", $$"""{"model":"{{name}}","steps":1}""")).StatusCode);

        await RunAsync(client, "one");
        Assert.Equal(["noto-emoji", "one"], await NamesAsync(client, loaded: true));
        await RunAsync(client, "noto-emoji");
        await RunAsync(client, "two");
        Assert.Equal(["noto-emoji", "two"], await NamesAsync(client, loaded: true));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_takes_no_memory_from_others()
    {
        foreach (var name in new[] { "broken", "whole" }) Copy(Path.Combine(_folder.FullName, "models", name));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "models", "broken", "stage0.safetensors"), "nothing", TestContext.Current.CancellationToken);
        var bytes = ModelCard.Read("x", ServedModel.Model).Bytes(new ServerLimits().Batch);
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with
        {
            Models = Path.Combine(_folder.FullName, "models"),
            Limits = new ServerLimits { ModelBytes = 2 * bytes + 1 },
        });
        using var client = app.GetTestClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.PostAsync("/api/jobs", """{"model":"broken","steps":1}""")).StatusCode);
        await app.Services.GetRequiredService<GenerationEngine>().Pool.Find("broken")!.Ended;
        await RunAsync(client, "whole");
        Assert.Equal(["noto-emoji", "whole"], await NamesAsync(client, loaded: true));
        var refused = await client.PostAsync("/api/jobs", """{"model":"broken","steps":1}""");
        Assert.Equal("model_failed", (await refused.JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_model_that_is_written_anew_is_loaded_anew_and_shows_itself()
    {
        var folder = Path.Combine(_folder.FullName, "models", "one");
        Copy(folder);
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with { Models = Path.Combine(_folder.FullName, "models") });
        using var client = app.GetTestClient();
        var shown = await client.GetByteArrayAsync("/api/models/one/classes/0.png", TestContext.Current.CancellationToken);   // loads it first
        Assert.Equal(shown, await client.GetByteArrayAsync("/api/models/noto-emoji/classes/0.png", TestContext.Current.CancellationToken));

        var manifest = ModelFolder.ReadManifest(folder);
        ModelFolder.WriteSampling(folder, manifest.Sampling with { Stages = [.. manifest.Sampling.Stages.Select(stage => stage with { Steps = 3 })] });
        File.SetLastWriteTimeUtc(Path.Combine(folder, ModelFolder.ManifestName), DateTime.UtcNow.AddSeconds(2));
        await RunAsync(client, "one", """{"model":"one","seed":1}""", [3, 3]);
        Assert.NotEqual(shown, await client.GetByteArrayAsync("/api/models/one/classes/0.png", TestContext.Current.CancellationToken));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_model_of_a_run_is_called_after_the_run()
    {
        Copy(Path.Combine(_folder.FullName, "runs", "cats", "model"));
        Assert.Equal("cats", new ModelCatalog(Path.Combine(_folder.FullName, "runs", "cats", "model"), null).Default.Name);
        var catalog = new ModelCatalog(ServedModel.Model, Path.Combine(_folder.FullName, "runs"));
        Assert.Equal(["noto-emoji", "cats"], catalog.Names());
        Assert.Equal(4, catalog.Find("cats").Manifest.Model.Classes);
        Assert.Throws<DirectoryNotFoundException>(() => new ModelCatalog(ServedModel.Model, Path.Combine(_folder.FullName, "nowhere")));
        Assert.Throws<DirectoryNotFoundException>(() => new ModelCatalog(Path.Combine(_folder.FullName, "nowhere"), null));
    }

    [Fact]
    public void Seconds_are_learnt_from_what_was_made()
    {
        var card = ModelCard.Read("x", ServedModel.Model);
        var speed = new ModelSpeed(card);
        var (model, sampling) = (card.Manifest.Model, card.Manifest.Sampling);
        Assert.Null(speed.Seconds(model, sampling, 1));
        speed.Measured(model, sampling, 4, seconds: 2);
        Assert.Equal(0.5, speed.Seconds(model, sampling, 1)!.Sum(), 6);
        Assert.Equal(4, speed.Seconds(model, sampling, 8)!.Sum(), 6);
        var work = speed.Work(model, sampling);
        Assert.Equal(SamplingCost.Of(model, sampling, 1).MultiplyAddsPerImage, work.Sum());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Copy(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(ServedModel.Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    private static async Task RunAsync(HttpClient client, string model, string? body = null, int[]? steps = null)
    {
        body ??= $$"""{"model":"{{model}}","steps":1}""";
        var answer = await client.PostAsync("/api/jobs", body);
        while (answer.StatusCode != HttpStatusCode.Accepted)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            await Task.Delay(20, TestContext.Current.CancellationToken);
            answer = await client.PostAsync("/api/jobs", body);
        }
        var id = (await answer.JsonAsync()).GetProperty("id").GetString()!;
        var end = await client.EndOfJobAsync(id);
        Assert.Equal("done", end.GetProperty("state").GetString());
        if (steps is not null) Assert.Equal(steps, end.GetProperty("settings").GetProperty("steps").EnumerateArray().Select(count => count.GetInt32()));
    }

    private static async Task<string[]> NamesAsync(HttpClient client, bool? loaded) =>
        [.. (await client.GetJsonAsync("/api/models")).EnumerateArray().Where(model => loaded is null || model.GetProperty("loaded").GetBoolean() == loaded).Select(model => model.GetProperty("name").GetString()!)];
}

using System.Net;
using System.Text.Json;

namespace Msf.Server.Tests.Http;

/// <summary>The page's files, the documentation, and what is told of models, runs and images.</summary>
public sealed class PagesTests(ServedModel served)
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/train", "text/html")]
    [InlineData("/docs", "text/html")]
    [InlineData("/js/docs.js", "text/javascript")]
    [InlineData("/img/mark.svg", "image/svg+xml")]
    public async Task Files_are_sent_once_and_compressed(string path, string type)
    {
        using var client = served.Client();
        using var plain = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, type), (plain.StatusCode, plain.Content.Headers.ContentType?.MediaType));
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(plain.Headers.ETag!);
        Assert.False(plain.Headers.ETag!.IsWeak);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
        using var packed = new HttpRequestMessage(HttpMethod.Get, path);
        packed.Headers.AcceptEncoding.ParseAdd("br");
        using var answer = await client.SendAsync(packed, TestContext.Current.CancellationToken);
        if (answer.Content.Headers.ContentEncoding.Count > 0)
        {
            using var brotli = new System.IO.Compression.BrotliStream(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), System.IO.Compression.CompressionMode.Decompress);
            using var content = new MemoryStream();
            await brotli.CopyToAsync(content, TestContext.Current.CancellationToken);
            Assert.Equal(await plain.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), content.ToArray());
        }
    }

    [Fact]
    public async Task The_document_describes_every_route()
    {
        using var client = served.Client();
        var document = await client.GetJsonAsync("/openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();
        foreach (var path in new[] { "/api/jobs", "/api/jobs/{id}", "/api/jobs/{id}/events", "/api/gallery", "/api/gallery/{id}.png", "/api/estimate", "/api/settings", "/v1/models", "/v1/images/generations", "/api/models/{name}", "/api/runs/{name}/metrics", "/healthz", "/metrics" })
            Assert.Contains(path, paths);
        var steps = document.GetProperty("components").GetProperty("schemas").GetProperty("JobBody").GetProperty("properties").GetProperty("steps").GetRawText();
        Assert.Contains("integer", steps + document.GetProperty("components").GetProperty("schemas").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_tells_what_it_is_and_costs()
    {
        using var client = served.Client();
        var model = await client.GetJsonAsync("/api/models/noto-emoji");
        Assert.Equal((4, 32, 32), (model.GetProperty("classes").GetArrayLength(), model.GetProperty("width").GetInt32(), model.GetProperty("height").GetInt32()));
        Assert.Equal(["base", "residual"], model.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()));
        Assert.Equal(9, model.GetProperty("solvers").GetArrayLength());
        Assert.True(model.GetProperty("baseline").GetProperty("multiplyAddsPerImage").GetInt64() > 4 * model.GetProperty("multiplyAddsPerImage").GetInt64());
        Assert.True(model.GetProperty("secondsPerImage").GetDouble() >= 0);
        Assert.True(model.GetProperty("capabilities").GetProperty("variations").GetBoolean());
        foreach (var size in model.GetProperty("sizes").EnumerateArray()) Assert.Equal(2, size.GetArrayLength());
    }

    [Fact]
    public async Task An_estimate_grows_with_what_is_asked_for()
    {
        using var client = served.Client();
        await client.RunJobAsync("""{"steps":2}""");
        async Task<JsonElement> Of(string body) => await (await client.PostAsync("/api/estimate", body)).JsonAsync();
        var one = await Of("""{"steps":[10,5]}""");
        var more = await Of("""{"steps":[20,10]}""");
        var sweep = await Of("""{"kind":"sweep","sweep":{"steps":[10,20],"guidance":[4]},"steps":[10,5]}""");
        Assert.Equal(2, more.GetProperty("multiplyAddsPerImage").GetDouble() / one.GetProperty("multiplyAddsPerImage").GetDouble(), 2);
        Assert.True(more.GetProperty("seconds").GetDouble() > one.GetProperty("seconds").GetDouble());
        Assert.True(sweep.GetProperty("seconds").GetDouble() > more.GetProperty("seconds").GetDouble());
        Assert.Equal(2, one.GetProperty("stages").GetArrayLength());
        Assert.Equal("[10,5]", one.GetProperty("settings").GetProperty("steps").GetRawText());
    }

    [Fact]
    public async Task A_thumbnail_is_made_once()
    {
        using var client = served.Client();
        var first = await client.GetByteArrayAsync("/api/models/noto-emoji/classes/1.png", TestContext.Current.CancellationToken);
        var again = await client.GetByteArrayAsync("/api/models/noto-emoji/classes/1.png", TestContext.Current.CancellationToken);
        Assert.Equal(first, again);
        Assert.Single(Directory.GetFiles(Path.Combine(served.Gallery, ".thumbnails"), "1.png", SearchOption.AllDirectories));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/models/noto-emoji/classes/4.png", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/models/noto-emoji/preview.png", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_gallery_has_what_was_made_and_files_give_their_settings_back()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync("""{"classes":["clock","flag"],"count":2,"seed":31,"steps":2}""");
        var ids = job.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("id").GetString()!).ToArray();
        var page = await client.GetJsonAsync("/api/gallery?limit=200");
        var listed = page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()).ToArray();
        Assert.All(ids, id => Assert.Contains(id, listed));
        Assert.Equal(listed.OrderDescending(StringComparer.Ordinal), listed);

        var file = await client.GetByteArrayAsync($"/api/gallery/{ids[1]}.png", TestContext.Current.CancellationToken);
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new("image/png");
        var text = await (await client.PostAsync("/api/settings", content, TestContext.Current.CancellationToken)).JsonAsync();
        Assert.Equal((1, "generate"), (text.GetProperty("index").GetInt32(), text.GetProperty("kind").GetString()));
        Assert.Equal(job.GetProperty("settings").GetRawText(), text.GetProperty("settings").GetRawText());
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/gallery/{ids[0]}", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/gallery/{ids[0]}.png", TestContext.Current.CancellationToken)).StatusCode);
        foreach (var query in new[] { "limit=0", "limit=x", "before=x" })
            Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/gallery?{query}", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_run_can_be_followed()
    {
        var run = Directory.CreateDirectory(Path.Combine(served.Root, "runs", "my run", "samples")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(run, "metrics.jsonl"), "{\"images\":1}\n{\"images\":2}\n{\"ima", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(run, "samples", "000000002.png"), [1, 2], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(run, "samples", "other.png"), [1, 2], TestContext.Current.CancellationToken);
        using var client = served.Client();
        var listed = (await client.GetJsonAsync("/api/runs")).EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == "my run");
        Assert.Equal(2, listed.GetProperty("images").GetInt32());
        var metrics = await client.GetJsonAsync("/api/runs/my%20run/metrics?after=1");
        Assert.Equal("""[{"images":2}]""", metrics.GetProperty("lines").GetRawText());
        Assert.Equal(2, metrics.GetProperty("next").GetInt32());                               // the half line is asked for again
        var sheet = (await client.GetJsonAsync("/api/runs/my%20run/sheets")).EnumerateArray().Single();
        Assert.Equal(("000000002.png", 2), (sheet.GetProperty("file").GetString(), sheet.GetProperty("images").GetInt32()));
        Assert.Equal([1, 2], await client.GetByteArrayAsync(sheet.GetProperty("url").GetString(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Metrics_count_what_was_made()
    {
        using var client = served.Client();
        await client.RunJobAsync("""{"steps":1}""");
        var metrics = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        foreach (var name in new[] { "msf_jobs_total{state=\"done\"}", "msf_images_total{model=\"noto-emoji\"}", "msf_stage_seconds_count", "msf_queue_images", "msf_gallery_images", "msf_preview_seconds_count" })
            Assert.Contains(name, metrics, StringComparison.Ordinal);
    }
}

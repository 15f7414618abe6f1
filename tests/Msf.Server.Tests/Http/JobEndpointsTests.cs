using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Msf.Checkpoints;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Server.Tests.Http;

/// <summary>Jobs from request to image.</summary>
public sealed class JobEndpointsTests(ServedModel served)
{
    private const string Quick = "\"steps\":[3,2]";
    private static readonly string[] _order = ["stage", "preview", "image", "done"];

    [Fact]
    public async Task Images_are_those_of_the_library()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync($$"""{"classes":["Clock",1,null],"count":4,"seed":7,{{Quick}},"guidance":[2,1]}""");
        var files = await client.ImagesAsync(job);

        using var scope = NewDisposeScope();
        using var model = MsfModel.Load(ServedModel.Model);
        var request = model.Request([model.Manifest.ClassIndex("clock"), 1, 4, model.Manifest.ClassIndex("clock")], seed: 7);
        var stages = request.Sampling.Stages;
        request = request with { Sampling = request.Sampling with { Stages = [stages[0] with { Steps = 3, Guidance = stages[0].Guidance with { Scale = 2 } }, stages[1] with { Steps = 2 }] } };
        var expected = ImageTensors.ToImages(model.Sample(request, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(4, files.Length);
        for (var i = 0; i < files.Length; i++) Assert.Equal(expected[i].Pixels, ImageDecoder.Decode(files[i], "image").Pixels);
    }

    [Fact]
    public async Task A_job_tells_what_it_resolved_and_every_step_of_its_way()
    {
        using var client = served.Client();
        var created = await (await client.PostAsync("/api/jobs", $$"""{"classes":"clock","count":2,"seed":1,{{Quick}}}""")).JsonAsync();
        var id = created.GetProperty("id").GetString()!;
        var settings = created.GetProperty("settings");
        Assert.Equal(("noto-emoji", 32, 2), (settings.GetProperty("model").GetString(), settings.GetProperty("width").GetInt32(), settings.GetProperty("count").GetInt32()));
        Assert.Equal("""["euler","euler"]""", settings.GetProperty("solver").GetRawText());
        Assert.Equal("""[[0,1],[0,1]]""", settings.GetProperty("guidanceInterval").GetRawText());

        var events = await client.EventsAsync(id);
        Assert.Equal(events.Select(happened => happened.Id).Order(), events.Select(happened => happened.Id));
        var names = events.Select(happened => happened.Name).ToArray();
        var place = 0;
        foreach (var name in _order) place = Array.IndexOf(names, name, place) is >= 0 and var found ? found + 1 : throw new InvalidOperationException($"no {name} in {string.Join(" ", names)}");
        Assert.Equal("done", names[^1]);
        var previews = events.Where(happened => happened.Name == "preview").Select(happened => happened.Data).ToArray();   // of both at once, or where one joined another test's batch of each
        Assert.Equal([0, 1], previews.SelectMany(shown => shown.GetProperty("indices").EnumerateArray().Select(index => index.GetInt32())).Distinct().Order());
        var preview = previews[0];
        Assert.Equal(preview.GetProperty("indices").GetArrayLength(), preview.GetProperty("images").GetArrayLength());
        Assert.StartsWith("data:image/png;base64,", preview.GetProperty("images")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/jobs/{id}/preview.png", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Who_comes_again_gets_what_came_after()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync($$"""{"classes":"clock","seed":2,{{Quick}}}""");
        var id = job.GetProperty("id").GetString()!;
        var all = await client.EventsAsync(id);
        for (var i = 0; i < all.Count; i++)
        {
            var rest = await client.EventsAsync(id, after: all[i].Id);
            Assert.Equal(all.Skip(i + 1).Select(happened => (happened.Id, happened.Name)), rest.Select(happened => (happened.Id, happened.Name)));
        }
    }

    [Fact]
    public async Task A_job_that_is_given_up_makes_room_within_a_step()
    {
        using var client = served.Client();
        var created = await (await client.PostAsync("/api/jobs", """{"classes":"flag","count":16,"seed":3,"steps":250}""")).JsonAsync();
        var id = created.GetProperty("id").GetString()!;
        while ((await client.GetJsonAsync($"/api/jobs/{id}")).GetProperty("state").GetString() == "queued") await Task.Delay(5, TestContext.Current.CancellationToken);
        var cancelled = await (await client.DeleteAsync($"/api/jobs/{id}", TestContext.Current.CancellationToken)).JsonAsync();
        Assert.Equal("cancelled", cancelled.GetProperty("state").GetString());
        var events = await client.EventsAsync(id);
        Assert.Equal("cancelled", events[^1].Name);
        var next = await client.RunJobAsync($$"""{"classes":"flag","seed":3,{{Quick}}}""");
        Assert.Equal("done", next.GetProperty("state").GetString());
        var after = await client.GetJsonAsync($"/api/jobs/{id}");
        Assert.True(after.GetProperty("progress").GetDouble() < 0.9);
        Assert.Equal(0, after.GetProperty("images").GetArrayLength());
    }

    [Fact]
    public async Task One_job_given_up_leaves_the_others_as_they_would_be()
    {
        using var client = served.Client();
        const string settings = "\"steps\":[40,2],\"solver\":[\"uniPc\",\"euler\"]";
        var alone = await client.ImagesAsync(await client.RunJobAsync($$"""{"classes":"clock","seed":21,{{settings}}}"""));
        var blocker = await (await client.PostAsync("/api/jobs", """{"classes":"flag","count":8,"steps":120}""")).JsonAsync();
        var doomed = await (await client.PostAsync("/api/jobs", $$"""{"classes":"flag","count":3,"seed":22,{{settings}}}""")).JsonAsync();
        var staying = await (await client.PostAsync("/api/jobs", $$"""{"classes":"clock","seed":21,{{settings}}}""")).JsonAsync();
        await client.DeleteAsync($"/api/jobs/{blocker.GetProperty("id").GetString()}", TestContext.Current.CancellationToken);
        while ((await client.GetJsonAsync($"/api/jobs/{doomed.GetProperty("id").GetString()}")).GetProperty("state").GetString() == "queued") await Task.Delay(2, TestContext.Current.CancellationToken);
        await client.DeleteAsync($"/api/jobs/{doomed.GetProperty("id").GetString()}", TestContext.Current.CancellationToken);
        var together = await client.ImagesAsync(await client.EndOfJobAsync(staying.GetProperty("id").GetString()!));
        AssertImages.Close(alone[0], together[0]);
    }

    [Fact]
    public async Task A_sweep_that_is_too_large_is_told_how_large_it_is()
    {
        using var client = served.Client();
        var numbers = string.Join(',', Enumerable.Range(1, 20));
        var answer = await client.PostAsync("/api/jobs", $$"""{"kind":"sweep","count":2,"sweep":{"steps":[{{numbers}}],"guidance":[{{numbers}}] } }""");
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "sweep"), (answer.StatusCode, error.GetProperty("param").GetString()));
        Assert.Contains("would make 800 images", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variations_of_a_damaged_image_are_refused_in_words()
    {
        using var client = served.Client();
        const string id = "00000000000000000000000000";
        await File.WriteAllTextAsync(Path.Combine(served.Gallery, $"{id}.png"), "no PNG", TestContext.Current.CancellationToken);
        var answer = await client.PostAsync("/api/jobs", $$"""{"kind":"variations","of":"{{id}}"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "of"), (answer.StatusCode, (await answer.JsonAsync()).GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Variations_share_the_base_of_an_image()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync($$"""{"classes":["clock","flag"],"count":2,"seed":5,{{Quick}}}""");
        var original = await client.ImagesAsync(job);
        var second = job.GetProperty("images")[1].GetProperty("id").GetString();
        var varied = await client.RunJobAsync($$"""{"kind":"variations","of":"{{second}}","count":3}""");
        var settings = varied.GetProperty("settings");
        Assert.Equal((5, 1), (settings.GetProperty("seed").GetInt64(), settings.GetProperty("baseIndex").GetInt64()));
        Assert.Equal("[3,2]", settings.GetProperty("steps").GetRawText());
        var images = await client.ImagesAsync(varied);
        AssertImages.Close(original[1], images[1]);                                           // the one whose residual is its own
        Assert.False(ImageDecoder.Decode(images[0], "a").Pixels.SequenceEqual(ImageDecoder.Decode(images[2], "b").Pixels));
    }

    [Fact]
    public async Task A_sweep_makes_a_sheet_of_settings()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync("""{"kind":"sweep","classes":"clock","seed":5,"steps":[4,2],"sweep":{"steps":[2,3],"guidance":[1,2.5]}}""");
        var settings = new List<(string Steps, string Guidance)>();
        foreach (var image in job.GetProperty("images").EnumerateArray())
        {
            var item = (await client.GetJsonAsync($"/api/gallery/{image.GetProperty("id").GetString()}")).GetProperty("settings");
            settings.Add((item.GetProperty("steps").GetRawText(), item.GetProperty("guidance").GetRawText()));
        }
        Assert.Equal([("[2,2]", "[1,1]"), ("[2,2]", "[2.5,1]"), ("[3,2]", "[1,1]"), ("[3,2]", "[2.5,1]")], settings);
    }

    [Fact]
    public async Task Inpainting_keeps_what_the_mask_keeps()
    {
        using var client = served.Client();
        var picture = AssertImages.Picture(32, 32, (x, y) => (byte)(x * 8));
        var mask = AssertImages.Picture(32, 32, (x, y) => (byte)(x < 16 ? 255 : 0));
        var body = JsonSerializer.Serialize(new { kind = "inpainting", classes = "flag", seed = 1, steps = new[] { 3, 2 }, image = PngFile.Encode(picture), mask = PngFile.Encode(mask) });
        var made = ImageDecoder.Decode((await client.ImagesAsync(await client.RunJobAsync(body)))[0], "made");
        for (var y = 0; y < 32; y++)
            for (var x = 16; x < 32; x++) Assert.InRange(made.Pixels[3 * (32 * y + x)] - picture.Pixels[3 * (32 * y + x)], -1, 1);
        Assert.False(made.Pixels.AsSpan(0, 48).SequenceEqual(picture.Pixels.AsSpan(0, 48)));
    }

    [Fact]
    public async Task Super_resolution_adds_detail_to_a_picture_of_any_size()
    {
        using var client = served.Client();
        var picture = AssertImages.Picture(50, 50, (x, y) => (byte)(x < 25 ? 220 : 30));
        var body = JsonSerializer.Serialize(new { kind = "superResolution", classes = "flag", seed = 1, steps = new[] { 3, 2 }, image = PngFile.Encode(picture) });
        var made = ImageDecoder.Decode((await client.ImagesAsync(await client.RunJobAsync(body)))[0], "made");
        Assert.Equal((32, 32), (made.Width, made.Height));
        var left = Enumerable.Range(0, 32 * 32).Where(i => i % 32 < 12).Average(i => made.Pixels[3 * i]);
        var right = Enumerable.Range(0, 32 * 32).Where(i => i % 32 >= 20).Average(i => made.Pixels[3 * i]);
        Assert.True(left > right + 80, $"{left} and {right}");
    }

    [Fact]
    public async Task A_picture_is_kept_in_the_images_size_and_no_longer_than_its_job_lasts()
    {
        using var client = served.Client();
        var wide = AssertImages.Picture(1000, 2, (x, y) => (byte)x);
        var refused = await client.PostAsync("/api/jobs", JsonSerializer.Serialize(new { kind = "superResolution", image = PngFile.Encode(wide) }));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("1000x2", (await refused.JsonAsync()).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        var body = JsonSerializer.Serialize(new { kind = "superResolution", classes = "flag", seed = 1, steps = new[] { 3, 2 }, image = PngFile.Encode(AssertImages.Picture(300, 200, (x, y) => (byte)x)) });
        var engine = served.Services.GetRequiredService<GenerationEngine>();
        var job = engine.Submit(JsonSerializer.Deserialize<JobBody>(body, ServerJson.Options)!, "me");
        if (job.Picture is { } picture) Assert.Equal((32, 32), (picture.Picture.Width, picture.Picture.Height));
        await job.Completion;
        Assert.Equal((JobState.Done, (JobPicture?)null), (job.State, job.Picture));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "expected")]
    [InlineData("null", "null")]
    [InlineData("{\"sample\":1}", "no member sample")]
    [InlineData("{\"count\":1,\"count\":2}", "count")]
    [InlineData("{\"count\":0}", "expected 1 to 64")]
    [InlineData("{\"count\":1e99}", "count")]
    [InlineData("{\"seed\":-1}", "2^53")]
    [InlineData("{\"seed\":9007199254740992}", "2^53")]
    [InlineData("{\"steps\":[1,2,3]}", "2 stages")]
    [InlineData("{\"steps\":[]}", "empty")]
    [InlineData("{\"steps\":251}", "expected 1 to 250")]
    [InlineData("{\"guidance\":-1}", "at least 0")]
    [InlineData("{\"guidanceInterval\":[0.5]}", "two numbers")]
    [InlineData("{\"guidanceInterval\":[0.9,0.1]}", "from <= to")]
    [InlineData("{\"solver\":\"magic\"}", "euler, heun")]
    [InlineData("{\"width\":33}", "take 32 or")]
    [InlineData("{\"width\":4096,\"height\":4096}", "pixels accepted")]
    [InlineData("{\"classes\":\"dragon\"}", "no class")]
    [InlineData("{\"classes\":{}}", "class")]
    [InlineData("{\"kind\":\"painting\"}", "kind")]
    [InlineData("{\"kind\":\"variations\"}", "needs of")]
    [InlineData("{\"kind\":\"superResolution\"}", "needs image")]
    [InlineData("{\"kind\":\"superResolution\",\"image\":\"!\"}", "Base64")]
    [InlineData("{\"kind\":\"superResolution\",\"image\":\"AAAA\"}", "not a PNG")]
    [InlineData("{\"kind\":\"superResolution\",\"strength\":1e-17,\"image\":\"AAAA\"}", "strength is 1E-17")]
    [InlineData("{\"of\":\"x\"}", "not for a job of kind generate")]
    [InlineData("{\"strength\":0.5}", "strength")]
    [InlineData("{\"kind\":\"sweep\",\"sweep\":{\"steps\":[1,2,3,4,5,6,7,8,9],\"guidance\":[1,2,3,4,5,6,7,8,9]}}", "at most 64")]
    [InlineData("{\"classes\":\"\\ud800\"}", "")]
    public async Task A_request_that_makes_no_sense_gets_one_line(string body, string part)
    {
        using var client = served.Client();
        var answer = await client.PostAsync("/api/jobs", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = (await answer.JsonAsync()).GetProperty("error");
        var message = error.GetProperty("message").GetString()!;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var client = served.Client();
        foreach (var path in new[] { "/api/jobs/0123456789abcdef0123456789abcdef", "/api/jobs/x/events", "/api/models/none", "/api/nothing" })
        {
            var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.NotEmpty((await answer.JsonAsync()).GetProperty("error").GetProperty("message").GetString()!);
        }
    }
}

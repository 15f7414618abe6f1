using System.Net;
using System.Text.Json;
using Msf.Client;

namespace Msf.Server.Tests.Http;

/// <summary>OpenAI's shape.</summary>
public sealed class OpenAiEndpointsTests(ServedModel served)
{
    [Fact]
    public async Task The_same_request_gives_the_same_file_on_either_side()
    {
        using var client = served.Client();
        var job = await client.RunJobAsync("""{"classes":["clock"],"count":2,"seed":11,"steps":[4,2]}""");
        var files = await client.ImagesAsync(job);
        var answer = await (await client.PostAsync("/v1/images/generations", """{"prompt":"clock","n":2,"seed":11,"steps":[4,2],"size":"32x32","response_format":"b64_json","user":"me"}""")).JsonAsync();
        Assert.Equal(files, answer.GetProperty("data").EnumerateArray().Select(image => image.GetProperty("b64_json").GetBytesFromBase64()));
        Assert.Equal(job.GetProperty("settings").GetRawText(), answer.GetProperty("settings").GetRawText());
    }

    [Fact]
    public async Task Images_that_share_a_base_are_the_same_on_all_sides()
    {
        using var client = served.Client();
        using var msf = new MsfClient(served.Client());
        var job = await client.RunJobAsync("""{"classes":["clock"],"count":2,"seed":11,"steps":[4,2],"baseIndex":3}""");
        var files = await client.ImagesAsync(job);
        var answer = await (await client.PostAsync("/v1/images/generations", """{"class":"clock","n":2,"seed":11,"steps":[4,2],"base_index":3}""")).JsonAsync();
        Assert.Equal(files, answer.GetProperty("data").EnumerateArray().Select(image => image.GetProperty("b64_json").GetBytesFromBase64()));
        var request = new JobRequest { Classes = ["clock"], Count = 2, Seed = 11, Steps = [4, 2], BaseIndex = 3 };
        Assert.Equal(files, await msf.GenerateAsync(request, TestContext.Current.CancellationToken));
        var alone = await client.ImagesAsync(await client.RunJobAsync("""{"classes":["clock"],"count":2,"seed":11,"steps":[4,2]}"""));
        Assert.NotEqual(files[0], alone[0]);
    }

    [Fact]
    public async Task The_client_gives_the_same_files_by_both_ways()
    {
        using var msf = new MsfClient(served.Client());
        var request = new JobRequest { Classes = ["flag"], Count = 2, Seed = 12, Steps = [3, 2] };
        var images = await msf.GenerateAsync(request, TestContext.Current.CancellationToken);
        var job = await msf.CreateJobAsync(request, TestContext.Current.CancellationToken);
        var events = new List<Msf.Client.JobEvent>();
        await foreach (var happened in msf.ReadEventsAsync(job.Id, TestContext.Current.CancellationToken)) events.Add(happened);
        Assert.IsType<DoneEvent>(events[^1]);
        var bases = events.OfType<PreviewEvent>().Where(preview => preview.Complete).ToArray();   // two where one of the images joined the batch of another test
        Assert.Equal([0, 1], bases.SelectMany(preview => preview.Indices).Distinct().Order());
        Assert.All(bases, preview => Assert.Equal(preview.Indices.Count, preview.Images.Count));
        var ids = events.OfType<ImageEvent>().OrderBy(image => image.Index).Select(image => image.Id!).ToArray();
        for (var i = 0; i < 2; i++) Assert.Equal(images[i], await msf.ReadImageAsync(ids[i], TestContext.Current.CancellationToken));
        Assert.Equal(Msf.Client.JobState.Done, (await msf.ReadJobAsync(job.Id, TestContext.Current.CancellationToken)).State);
    }

    [Fact]
    public async Task The_client_tells_a_refusal()
    {
        using var msf = new MsfClient(served.Client());
        var error = await Assert.ThrowsAsync<MsfException>(() => msf.CreateJobAsync(new JobRequest { Classes = ["dragon"] }, TestContext.Current.CancellationToken));
        Assert.Equal((HttpStatusCode.BadRequest, "classes"), (error.Status, error.Error.Param));
    }

    [Fact]
    public async Task The_client_draws_nothing_that_was_not_asked_for()
    {
        using var msf = new MsfClient(served.Client());
        JobRequest[] requests = [new() { Kind = Msf.Client.JobKind.Sweep }, new() { Image = [1] }, new() { Of = "x" }, new() { Strength = 0.5 }, new() { Width = 64 }];
        foreach (var request in requests) await Assert.ThrowsAsync<ArgumentException>(() => msf.GenerateAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stream_shows_the_base_and_then_the_image()
    {
        using var client = served.Client();
        var answer = await client.PostAsync("/v1/images/generations", """{"class":"clock","seed":13,"steps":[8,2],"stream":true,"partial_images":2}""");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block.Split('\n')).Where(lines => lines.Length == 2)
            .Select(lines => (Name: lines[0]["event: ".Length..], Data: JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement)).ToArray();
        Assert.Equal("image_generation.completed", events[^1].Name);
        Assert.Contains(events, happened => happened.Name == "image_generation.partial_image" && happened.Data.GetProperty("stage").GetInt32() == 0);
        Assert.Equal(13, events[^1].Data.GetProperty("settings").GetProperty("seed").GetInt64());
        var whole = await (await client.PostAsync("/v1/images/generations", """{"class":"clock","seed":13,"steps":[8,2]}""")).JsonAsync();
        Assert.Equal(whole.GetProperty("data")[0].GetProperty("b64_json").GetString(), events[^1].Data.GetProperty("b64_json").GetString());
    }

    [Fact]
    public async Task Addresses_lead_to_the_gallery()
    {
        using var client = served.Client();
        var answer = await (await client.PostAsync("/v1/images/generations", """{"class":2,"seed":14,"steps":2,"response_format":"url"}""")).JsonAsync();
        var file = await client.GetByteArrayAsync(answer.GetProperty("data")[0].GetProperty("url").GetString(), TestContext.Current.CancellationToken);
        Assert.Equal(0x89, file[0]);
        var models = await client.GetJsonAsync("/v1/models");
        Assert.Equal("noto-emoji", models.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("{\"prompt\":\"a red dragon\"}", "classes")]
    [InlineData("{\"size\":\"big\"}", "size")]
    [InlineData("{\"size\":\"３２x３２\"}", "size")]
    [InlineData("{\"response_format\":\"jpeg\"}", "response_format")]
    [InlineData("{\"partial_images\":1}", "partial_images")]
    [InlineData("{\"stream\":true,\"partial_images\":4}", "partial_images")]
    [InlineData("{\"class\":1,\"classes\":[1]}", "classes")]
    [InlineData("{\"quality\":\"hd\"}", "quality")]
    public async Task What_is_not_understood_is_refused(string body, string param)
    {
        using var client = served.Client();
        var answer = await client.PostAsync("/v1/images/generations", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(param, (await answer.JsonAsync()).GetProperty("error").GetProperty("param").GetString());
    }
}

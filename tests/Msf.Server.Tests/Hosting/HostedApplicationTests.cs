using System.Net;
using System.Text.RegularExpressions;
using Msf.Client;

namespace Msf.Server.Tests.Hosting;

/// <summary>Models inside somebody's application: everything of ours works below the prefix, everything of his stays as it was.</summary>
public sealed partial class HostedApplicationTests(HostedApplication application) : IClassFixture<HostedApplication>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_application_s_own_routes_stay_as_they_were()
    {
        using var client = application.Client(user: null);
        Assert.Equal("home", await client.GetStringAsync("/", Cancellation));
        Assert.Equal("well", await client.GetStringAsync("/healthz", Cancellation));
        Assert.Equal("""{"kind":5}""", await client.GetStringAsync("/kinds", Cancellation));   // its JSON is not ours
        foreach (var path in new[] { "/", "/nothing" })
        {
            using var answer = await client.GetAsync(path, Cancellation);
            Assert.False(answer.Headers.Contains("Content-Security-Policy"));
            Assert.False(answer.Content.Headers.ContentType?.MediaType == "application/json");
        }
        var document = await client.GetStringAsync("/openapi/v1.json", Cancellation);
        Assert.Contains("/kinds", document, StringComparison.Ordinal);
        Assert.DoesNotContain("/api/jobs", document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("guest", HttpStatusCode.Forbidden)]
    [InlineData("artist", HttpStatusCode.OK)]
    public async Task The_application_decides_who_comes_in(string? user, HttpStatusCode status)
    {
        using var client = application.Client(user);
        foreach (var path in new[] { "", "train", "docs", "js/main.js", "api/models", "v1/models", "api/gallery", "openapi/v1.json", "healthz", "metrics" })
            Assert.Equal(status, (await client.GetAsync(path, Cancellation)).StatusCode);
        Assert.Equal(status, (await client.PostAsync("api/estimate", "{}")).StatusCode);
    }

    [Fact]
    public async Task Jobs_belong_to_the_application_s_users()
    {
        using var client = application.Client("artist 1");
        var job = await client.RunJobAsync("""{"classes":"clock","seed":1,"steps":1}""");
        var path = job.GetProperty("links").GetProperty("self").GetString();
        Assert.Equal($"/images/api/jobs/{job.GetProperty("id").GetString()}", path);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path, Cancellation)).StatusCode);
        using var other = application.Client("artist 2");
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(path, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Every_address_in_an_answer_has_the_prefix()
    {
        using var client = application.Client();
        var job = await client.RunJobAsync("""{"classes":"clock","seed":2,"steps":2}""");
        Assert.Single(await client.ImagesAsync(job));
        var image = (await client.EventsAsync(job.GetProperty("id").GetString()!)).Single(happened => happened.Name == "image").Data;
        Assert.StartsWith("/images/api/gallery/", image.GetProperty("url").GetString(), StringComparison.Ordinal);
        foreach (var member in new[] { job.GetProperty("preview"), job.GetProperty("links").GetProperty("events") })
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(member.GetString(), Cancellation)).StatusCode);
        var item = (await client.GetJsonAsync("api/gallery?limit=1")).GetProperty("items")[0];
        foreach (var name in new[] { "url", "base" }) Assert.NotEmpty(await client.GetByteArrayAsync(item.GetProperty(name).GetString(), Cancellation));
        var answer = await (await client.PostAsync("v1/images/generations", """{"prompt":"clock","steps":1,"response_format":"url"}""")).JsonAsync();
        Assert.NotEmpty(await client.GetByteArrayAsync(answer.GetProperty("data")[0].GetProperty("url").GetString(), Cancellation));
        var document = await client.GetJsonAsync("openapi/v1.json");
        Assert.Equal("/images", document.GetProperty("servers")[0].GetProperty("url").GetString());

        var sheets = Directory.CreateDirectory(Path.Combine(application.Root, "runs", "my run", "samples"));
        await File.WriteAllTextAsync(Path.Combine(sheets.Parent!.FullName, "metrics.jsonl"), "{\"images\":1}\n", Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(sheets.FullName, "000000001.png"), [1, 2], Cancellation);
        var sheet = (await client.GetJsonAsync("api/runs/my%20run/sheets"))[0];
        Assert.Equal([1, 2], await client.GetByteArrayAsync(sheet.GetProperty("url").GetString(), Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("train")]
    [InlineData("docs")]
    public async Task Every_file_that_a_page_asks_for_is_there(string page)
    {
        using var client = application.Client();
        var seen = new HashSet<Uri>();
        var left = new Queue<Uri>([new Uri(client.BaseAddress!, page)]);
        while (left.TryDequeue(out var address))
        {
            if (!seen.Add(address)) continue;
            using var answer = await client.GetAsync(address, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
            if (answer.Content.Headers.ContentType?.MediaType is not ("text/html" or "text/css" or "text/javascript")) continue;
            foreach (Match reference in Reference().Matches(await answer.Content.ReadAsStringAsync(Cancellation))) left.Enqueue(new Uri(address, reference.Groups[1].Value));
        }
        Assert.True(seen.Count > 3, $"only {seen.Count} files");
        Assert.All(seen, address => Assert.StartsWith("/images/", address.AbsolutePath, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/images", "/images/")]
    [InlineData("/images?a=b", "/images/?a=b")]
    [InlineData("train/", "/images/train")]
    [InlineData("js/main.js/", "/images/js/main.js")]
    public async Task A_page_is_read_where_its_relative_addresses_hold(string asked, string sentTo)
    {
        using var client = application.Client();
        using var answer = await client.GetAsync(asked, Cancellation);
        Assert.Equal((HttpStatusCode.Redirect, sentTo), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Errors_have_our_shape_and_keep_the_application_s_headers()
    {
        using var client = application.Client();
        foreach (var (path, status) in new[] { ("api/gallery?limit=0", 400), ("api/gallery?limit=x", 400), ("api/jobs/x", 404), ("api/models/x", 404) })
        {
            using var answer = await client.GetAsync(path, Cancellation);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("mine", answer.Headers.GetValues("X-Application").Single());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.EndsWith(".", (await answer.JsonAsync()).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        using var form = await client.PostAsync("api/jobs", new StringContent("{}", null, "text/plain"), Cancellation);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);                     // what another origin's page could send unasked
    }

    [Fact]
    public async Task The_typed_client_takes_the_prefix()
    {
        foreach (var address in new[] { "http://example.org/images", "http://example.org/images/" })
        {
            var http = application.Client();
            http.BaseAddress = new Uri(address);
            using var msf = new MsfClient(http);
            var job = await msf.CreateJobAsync(new JobRequest { Classes = ["clock"], Seed = 3, Steps = [1] }, Cancellation);
            var events = new List<Client.JobEvent>();
            await foreach (var happened in msf.ReadEventsAsync(job.Id, Cancellation)) events.Add(happened);
            Assert.IsType<DoneEvent>(events[^1]);
            Assert.NotEmpty(await msf.ReadImageAsync(events.OfType<ImageEvent>().Single().Id!, Cancellation));
        }
        Assert.Throws<ArgumentException>(() => new MsfClient(new HttpClient()));
    }

    // Links and sources of HTML, imports of modules.
    [GeneratedRegex("""(?:(?:href|src)=|from |import )"([^"#][^"]*)["]""")]
    private static partial Regex Reference();
}

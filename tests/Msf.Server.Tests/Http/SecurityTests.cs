using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.TestHost;

namespace Msf.Server.Tests.Http;

/// <summary>What keeps strangers out.</summary>
public sealed class SecurityTests(ServedModel served) : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-security-");

    [Theory]
    [InlineData("/")]
    [InlineData("/docs")]
    [InlineData("/healthz")]
    [InlineData("/api/models")]
    [InlineData("/api/nothing")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_answer_carries_the_headers(string path)
    {
        using var client = served.Client();
        var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example", HttpStatusCode.Forbidden)]
    public async Task Without_a_key_other_host_names_are_refused(string host, HttpStatusCode status)
    {
        using var client = served.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        request.Headers.Host = host;
        Assert.Equal(status, (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost", HttpStatusCode.OK)]
    public async Task Pages_of_other_origins_change_nothing(string origin, HttpStatusCode status)
    {
        using var client = served.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/estimate") { Content = new StringContent("{}", null, "application/json") };
        request.Headers.Add("Origin", origin);
        Assert.Equal(status, (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_a_page_could_send_unasked_is_refused()
    {
        using var client = served.Client();
        var answer = await client.PostAsync("/api/jobs", new StringContent("{}", null, "text/plain"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var client = served.Client();
        var answer = await client.PostAsync("/api/jobs", $$"""{"image":"{{new string('A', 17 << 20)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task With_keys_only_the_page_and_the_probes_are_free()
    {
        var keys = new Dictionary<string, string> { ["ann"] = Key, ["bob"] = Key.Replace('0', 'f') };
        await using var app = await ServedModel.StartAsync(ServedModel.OptionsIn(_folder.FullName) with { ApiKeys = keys });
        using var client = app.GetTestClient();
        async Task<HttpStatusCode> Status(string path, string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }
        foreach (var path in new[] { "/", "/healthz", "/readyz", "/docs" }) Assert.Equal(HttpStatusCode.OK, await Status(path, null));
        foreach (var path in new[] { "/api/models", "/v1/models", "/metrics", "/api/gallery", "/api/nothing" })
        {
            foreach (var key in new[] { null, "", Key[..^1], Key + "0", Key.ToUpperInvariant() }) Assert.Equal(HttpStatusCode.Unauthorized, await Status(path, key));
            Assert.NotEqual(HttpStatusCode.Unauthorized, await Status(path, Key));
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        var job = await client.RunJobAsync("""{"steps":1}""");
        var path2 = $"/api/jobs/{job.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.NotFound, await Status(path2, keys["bob"]));               // another client's job
        Assert.Equal(HttpStatusCode.OK, await Status(path2, Key));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("/api/gallery/..%2f..%2fetc%2fpasswd.png")]
    [InlineData("/api/gallery/%2e%2e%2fgallery.png")]
    [InlineData("/api/models/..%2f..%2fmodels%2fnoto-emoji")]
    [InlineData("/api/models/..")]
    [InlineData("/api/runs/..%2fgallery/metrics")]
    [InlineData("/api/runs/r/sheets/..%2fmetrics.jsonl")]
    [InlineData("/css/..%2f..%2fappsettings.json")]
    [InlineData("/..%2f..%2fetc/passwd")]
    public async Task No_path_leads_out(string path)
    {
        Directory.CreateDirectory(Path.Combine(served.Root, "runs", "r", "samples"));
        await File.WriteAllTextAsync(Path.Combine(served.Root, "runs", "r", "metrics.jsonl"), "", TestContext.Current.CancellationToken);
        using var client = served.Client();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+:80")]
    [InlineData("http://192.168.1.4:5080")]
    [InlineData("http://example.org:5080")]
    public void Other_addresses_than_loopback_need_a_key(string url)
    {
        var options = ServedModel.OptionsIn(_folder.FullName) with { Urls = [url] };
        Assert.Contains(options.Validate(), error => error.Contains("--api-key", StringComparison.Ordinal));
        Assert.Empty((options with { ApiKeys = new Dictionary<string, string> { ["k"] = Key } }).Validate());
        Assert.Throws<ArgumentException>(() => MsfServer.Build(options));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:5080")]
    public void Loopback_needs_none(string url) => Assert.Empty((ServedModel.OptionsIn(_folder.FullName) with { Urls = [url] }).Validate());

    [Fact]
    public void Short_keys_and_other_schemes_are_refused()
    {
        var options = ServedModel.OptionsIn(_folder.FullName);
        Assert.Single((options with { ApiKeys = new Dictionary<string, string> { ["k"] = "short" } }).Validate());
        Assert.Single((options with { Urls = ["https://127.0.0.1:5080"] }).Validate());
        Assert.Single((options with { Urls = [] }).Validate());
        Assert.Contains("has a path", Assert.Single((options with { Urls = ["http://127.0.0.1:5080/images"] }).Validate()), StringComparison.Ordinal);
        Assert.Contains("two addresses", Assert.Single((options with { Urls = ["http://localhost:0"] }).Validate()), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Msf.Data;

namespace Msf.Tests.Data;

public sealed class HubClientTests : IDisposable
{
    private const string Weights = "vae/weights of it.safetensors";
    private static readonly byte[] _weights = Pictures.Noise(300, 300, 1).Pixels;             // 270,000 bytes: several blocks
    private static readonly string _digest = Convert.ToHexStringLower(SHA256.HashData(_weights));
    private static readonly HubRepository _model = new(LocalHub.Model);

    private readonly TemporaryFolder _folder = new();
    private readonly LocalHub _hub = new();

    public HubClientTests()
    {
        _hub.Files[Weights] = _weights;
        _hub.Files["config.json"] = "{}"u8.ToArray();
        _hub.Files["other.safetensors"] = new byte[5000];
    }

    private string Cache => _folder["hub/models--someone--some-model"];

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("main")]
    [InlineData("v1.0")]
    [InlineData("refs/pr/1")]
    [InlineData(LocalHub.Commit)]
    public async Task A_file_arrives_in_the_cache_that_users_of_the_hub_have(string revision)
    {
        var (snapshot, path) = await Fetch(Weights, _model with { Revision = revision });
        Assert.Equal(($"{LocalHub.Model}@{LocalHub.Commit}", false), (snapshot.Identity, snapshot.FromCache));
        Assert.Equal(_weights, File.ReadAllBytes(path));
        Assert.Equal(Path.Combine(Cache, "snapshots", LocalHub.Commit, Weights), path);
        Assert.Equal(Path.Combine("..", "..", "..", "blobs", _digest), File.ResolveLinkTarget(path, false) is { } link ? Path.GetRelativePath(Path.GetDirectoryName(path)!, link.FullName) : null);
        if (revision != LocalHub.Commit) Assert.Equal(LocalHub.Commit, File.ReadAllText(Path.Combine(Cache, "refs", revision)));
        Assert.Equal([Path.Combine(Cache, "blobs", _digest)], Directory.GetFiles(Path.Combine(Cache, "blobs")));
        Assert.Equal([Weights], _hub.Stored.Select(request => request.File));                  // and nothing else is fetched
        Assert.Equal(path, (await Fetch(Weights, _model with { Revision = revision })).Path);
        Assert.Single(_hub.Stored);                                                           // nor fetched again
    }

    [Fact]
    public async Task A_small_file_comes_from_the_hub_itself_and_is_checked_by_the_digest_of_git()
    {
        var path = (await Fetch("config.json")).Path;
        Assert.Equal("{}", File.ReadAllText(path));
        Assert.Equal("9e26dfeeb6e641a33dae4961196235bdb965b21b", Path.GetFileName(File.ResolveLinkTarget(path, true)!.FullName));   // what git says of {}
        Assert.Empty(_hub.Stored);
    }

    [Fact]
    public async Task A_model_that_was_renamed_is_found()
    {
        Assert.Equal(_weights, File.ReadAllBytes((await Fetch(Weights, new HubRepository("old/name"))).Path));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_not_to_the_store()
    {
        _hub.Token = "hf_secret";
        await Fetch(Weights, options: Options with { Token = "hf_secret" });
        Assert.Equal([(Weights, "", "")], _hub.Stored);
    }

    [Fact]
    public async Task A_cut_download_goes_on_where_it_was_cut_also_in_another_process()
    {
        for (var i = 0; i < 4; i++) _hub.Cuts.Enqueue(i == 0 ? 100_000 : 0);
        var patient = Options with { Download = Options.Download with { Attempts = 3 } };
        Assert.Contains("run again to go on", await Refused<HttpRequestException>(Weights, options: patient), StringComparison.Ordinal);
        var kept = new FileInfo(Path.Combine(Cache, "blobs", $"{_digest}.part")).Length;
        Assert.InRange(kept, 1, 100_000);
        Assert.False(Directory.Exists(Path.Combine(Cache, "snapshots")));
        Assert.Equal(_weights, File.ReadAllBytes((await Fetch(Weights)).Path));
        Assert.Equal($"bytes={kept}-", _hub.Stored.Last().Range);
        Assert.Equal([Path.Combine(Cache, "blobs", _digest)], Directory.GetFiles(Path.Combine(Cache, "blobs")));
    }

    [Fact]
    public async Task What_is_not_what_the_hub_vouches_for_is_not_kept()
    {
        _hub.Alter = content => [.. content.Select((value, i) => i == 5 ? (byte)(value + 1) : value)];
        Assert.Contains($"expected {_digest}", await Refused<InvalidDataException>(Weights), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "blobs")));
        _hub.TellsDigests = false;
        Assert.Contains("the hub tells no digest", await Refused<InvalidDataException>(Weights), StringComparison.Ordinal);
        Assert.Contains("the hub tells no digest", await Refused<InvalidDataException>("config.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_was_damaged_in_the_cache_is_fetched_again()
    {
        var path = (await Fetch(Weights)).Path;
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Equal(_weights, File.ReadAllBytes((await Fetch(Weights)).Path));
    }

    [Fact]
    public async Task A_disk_without_room_is_told_before_anything_is_written()
    {
        _hub.Announced = 1L << 60;
        Assert.Contains($"needs {1L << 60} bytes more", await Refused<IOException>(Weights), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "blobs")));
    }

    [Fact]
    public async Task A_hub_that_is_overloaded_is_asked_again_but_not_for_ever()
    {
        foreach (var status in new[] { 503, 429 }) _hub.Failures.Enqueue(status);
        await Fetch(Weights);
        for (var i = 0; i < 5; i++) _hub.Failures.Enqueue(500);
        Assert.Contains("it answers 500", await Refused<HttpRequestException>(Weights, new HubRepository("someone/another")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("someone/absent", null, null, null, "there is no model someone/absent at 127.0.0.1, and no such file or folder here")]
    [InlineData("someone/some-model@v9", null, null, null, "someone/some-model has no revision \"v9\"")]
    [InlineData("someone/some-model", null, "hf_right", null, "or it is private or gated (401); check the name, or set HF_TOKEN")]
    [InlineData("someone/some-model", "hf_wrong", "hf_right", null, "the hub takes the token of HF_TOKEN for none (401)")]
    [InlineData("someone/some-model", null, null, 401, "is gated: accept its terms at http://127.0.0.1")]
    [InlineData("someone/some-model", "hf_right", "hf_right", 403, "is gated, and the account of HF_TOKEN has no access")]
    public async Task A_refusal_ends_at_once_and_says_what_to_do(string source, string? token, string? wanted, int? gated, string why)
    {
        (_hub.Token, _hub.Gated) = (wanted, gated);
        Assert.Contains(why, await Refused<HttpRequestException>(Weights, HubRepository.TryParse(source)!, Options with { Token = token }), StringComparison.Ordinal);
        Assert.Empty(_hub.Stored);
        Assert.InRange(_hub.Asked.Count, 1, 2);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_so() =>
        Assert.Contains("has no file absent.pt", await Refused<HttpRequestException>("absent.pt"), StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_network_what_is_in_the_cache_serves_and_else_one_line_says_so()
    {
        var offline = Options with { Endpoint = Unreachable() };
        Assert.Contains("is there a network?", await Refused<HttpRequestException>(Weights, options: offline), StringComparison.Ordinal);
        Assert.Contains("HF_HUB_OFFLINE", await Refused<HttpRequestException>(Weights, options: Options with { Offline = true }), StringComparison.Ordinal);
        await Fetch(Weights);
        var asked = _hub.Asked.Count;
        foreach (var options in new[] { offline, Options with { Offline = true } })
        {
            var (snapshot, path) = await Fetch(Weights, options: options);
            Assert.Equal((true, LocalHub.Commit, Weights), (snapshot.FromCache, snapshot.Commit, Assert.Single(snapshot.Files)));
            Assert.Equal(_weights, File.ReadAllBytes(path));
        }
        Assert.Equal(asked, _hub.Asked.Count);
        File.WriteAllBytes(Path.Combine(Cache, "blobs", _digest), [1, 2, 3]);
        Assert.Contains("its digest is wrong", await Refused<InvalidDataException>(Weights, options: offline), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"sha": "../../../etc", "siblings": []}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"name": 1}]}""")]
    public async Task What_is_no_hub_is_refused(string answer)
    {
        _hub.List = answer;
        Assert.Contains("what answers is no hub", await Refused<InvalidDataException>(Weights), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_lead_elsewhere_are_nobodys_files()
    {
        _hub.List = $$"""{"sha": "{{LocalHub.Commit}}", "siblings": [{"rfilename": "../up.pt"}, {"rfilename": "/etc/x.pt"}, {"rfilename": "a.pt"}]}""";
        using var client = new HubClient(Options);
        Assert.Equal(["a.pt"], (await client.FindAsync(_model, TestContext.Current.CancellationToken)).Files);
    }

    private HubOptions Options => new()
    {
        Endpoint = _hub.Endpoint,
        CacheFolder = _folder["hub"],
        Download = new DownloadOptions { FirstDelay = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(5) },
    };

    private async Task<(HubSnapshot Snapshot, string Path)> Fetch(string file, HubRepository? repository = null, HubOptions? options = null)
    {
        using var client = new HubClient(options ?? Options);
        var snapshot = await client.FindAsync(repository ?? _model, TestContext.Current.CancellationToken);
        return (snapshot, await client.FetchAsync(snapshot, file, null, TestContext.Current.CancellationToken));
    }

    private async Task<string> Refused<T>(string file, HubRepository? repository = null, HubOptions? options = null) where T : Exception
    {
        var error = await Assert.ThrowsAsync<T>(() => Fetch(file, repository, options));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static Uri Unreachable()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Msf.Data;

namespace Msf.Tests.Data;

public sealed class HttpDownloadTests : IDisposable
{
    private static readonly byte[] _file = Pictures.Noise(300, 300, 1).Pixels;                // 270,000 bytes: several blocks
    private static readonly DownloadOptions _quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(5) };

    private readonly TemporaryFolder _folder = new();
    private readonly LocalServer _server = new(_file);
    private readonly HttpClient _client = new();

    private string Target => _folder["set.bin"];

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_arrives_with_progress_and_nothing_beside_it()
    {
        var seen = new List<DownloadProgress>();
        await Fetch(Described(), new Collect(seen));
        Assert.Equal(_file, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Root));
        Assert.Equal(new DownloadProgress("set.bin", _file.Length, _file.Length), seen[^1]);
        Assert.Equal(seen.OrderBy(progress => progress.Bytes), seen);
        await Fetch(Described());
        Assert.Single(_server.Requests);                                                      // a file that is there and right is not fetched again
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cut_connection_is_taken_up_where_it_was_cut(bool tagged)
    {
        if (!tagged) _server.Tag = null;
        foreach (var cut in new[] { 100_000, 50_000, 1 }) _server.Cuts.Enqueue(cut);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
        Assert.Equal("", _server.Requests.First());
        Assert.Equal(4, _server.Requests.Count);
        Assert.All(_server.Requests.Skip(1), range => Assert.Matches("^bytes=[1-9][0-9]*-$", range));
    }

    [Fact]
    public async Task Another_process_goes_on_with_what_one_left()
    {
        for (var i = 0; i < 5; i++) _server.Cuts.Enqueue(i == 0 ? 100_000 : 0);
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => Fetch(Described()));
        var kept = new FileInfo($"{Target}.part").Length;
        Assert.InRange(kept, 1, 100_000);
        Assert.Contains($"{kept} bytes are kept; run again to go on", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
        Assert.Equal($"bytes={kept}-", _server.Requests.Last());
    }

    [Fact]
    public async Task A_part_of_another_version_is_not_gone_on_with()
    {
        var undescribed = Described() with { Bytes = null, Sha256 = null };
        for (var i = 0; i < 5; i++) _server.Cuts.Enqueue(i == 0 ? 100_000 : 0);
        await Assert.ThrowsAsync<HttpRequestException>(() => Fetch(undescribed));
        (_server.File, _server.Tag) = (Pictures.Noise(200, 200, 2).Pixels, "\"2\"");
        await Fetch(undescribed);
        Assert.Equal(_server.File, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_part_that_nobody_can_vouch_for_is_fetched_anew()
    {
        _server.Tag = null;
        File.WriteAllBytes($"{Target}.part", [1, 2, 3]);
        await Fetch(Described() with { Bytes = null, Sha256 = null });
        Assert.Equal(_file, File.ReadAllBytes(Target));
        Assert.Equal([""], _server.Requests);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_everything_again()
    {
        _server.Ranges = false;
        _server.Cuts.Enqueue(100_000);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(270_000)]
    [InlineData(300_000)]
    public async Task A_wrong_part_costs_one_more_try_from_the_beginning(int length)
    {
        File.WriteAllBytes($"{Target}.part", new byte[length]);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_wrong_checksum_or_size_is_refused_and_nothing_kept()
    {
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(Described() with { Sha256 = new string('0', 64) }));
        Assert.Contains("expected 0000", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        e = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(Described() with { Bytes = 5 }));
        Assert.Contains("has 270000 bytes, expected 5", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(410)]
    public async Task A_refusal_ends_at_once(int status)
    {
        _server.Failures.Enqueue(status);
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => Fetch(Described()));
        Assert.Contains($"the server answers {status}", e.Message, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_server_that_is_overloaded_is_asked_again_but_not_for_ever()
    {
        foreach (var status in new[] { 503, 500, 429 }) _server.Failures.Enqueue(status);
        await Fetch(Described());
        Assert.Equal(4, _server.Requests.Count);
        File.Delete(Target);
        for (var i = 0; i < 5; i++) _server.Failures.Enqueue(502);
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => Fetch(Described()));
        Assert.Contains("the server answers 502", e.Message, StringComparison.Ordinal);
        Assert.Equal(9, _server.Requests.Count);
    }

    [Fact]
    public async Task Without_a_network_one_line_says_so()
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => Fetch(DataFile.FromUrl($"http://127.0.0.1:{port}/set.bin")));
        Assert.Contains("is there a network?", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_disk_without_room_is_told_before_anything_is_written()
    {
        _server.Announced = 1L << 60;
        var e = await Assert.ThrowsAsync<IOException>(() => Fetch(Described() with { Bytes = null }));
        Assert.Contains($"needs {1L << 60} bytes more", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public async Task A_disk_that_fills_up_ends_the_download_without_another_try_and_keeps_what_fitted()
    {
        var download = new HttpDownload(_client, _quick) { Disk = file => new FullDisk(file, room: 100_000) };
        var e = await Assert.ThrowsAsync<IOException>(() => download.FetchAsync(Described(), Target, null, TestContext.Current.CancellationToken));
        Assert.Equal("No space left on device", e.Message);
        Assert.Single(_server.Requests);
        Assert.False(File.Exists(Target));
        Assert.InRange(new FileInfo($"{Target}.part").Length, 1, 100_000);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_counts_as_cut()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();                                                                       // accepts, and never answers
        var file = DataFile.FromUrl($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/set.bin");
        var options = _quick with { Attempts = 2, Stall = TimeSpan.FromMilliseconds(50) };
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => new HttpDownload(_client, options).FetchAsync(file, Target, null, TestContext.Current.CancellationToken));
        Assert.Contains("nothing came for too long", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_keeps_what_has_arrived()
    {
        using var stop = new CancellationTokenSource();
        var download = new HttpDownload(_client, _quick);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.FetchAsync(Described(), Target, new Stop(stop), stop.Token));
        Assert.InRange(new FileInfo($"{Target}.part").Length, 1, _file.Length);
        await Fetch(Described());
        Assert.Equal(_file, File.ReadAllBytes(Target));
    }

    private DataFile Described() => new("set.bin", new Uri($"{_server.Root}set.bin"), _file.Length, Convert.ToHexStringLower(SHA256.HashData(_file)));

    private Task Fetch(DataFile file, IProgress<DownloadProgress>? progress = null) =>
        new HttpDownload(_client, _quick).FetchAsync(file, Target, progress, TestContext.Current.CancellationToken);

    private sealed class Collect(List<DownloadProgress> seen) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => seen.Add(value);
    }

    private sealed class FullDisk(Stream file, int room) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position { get => file.Position; set => throw new NotSupportedException(); }

        public override void Flush() => file.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            var fits = (int)Math.Min(count, room - file.Length);
            file.Write(buffer, offset, fits);
            file.Flush();
            if (fits < count) throw new IOException("No space left on device");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => source.Cancel();
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Msf.Data;

namespace Msf.Tests.Data;

public sealed class DataSetDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalServer _server = new([]);
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_archive_is_unpacked_arranged_and_opens_as_a_set()
    {
        byte[] row = [3, .. new byte[3072]];
        _server.File = Tarball(("cifar/data_batch_1.bin", row), ("cifar/data_batch_2.bin", row), ("cifar/test_batch.bin", row), ("cifar/batches.meta.txt", Names()), ("cifar/readme.html", []));
        var set = KnownDataSet.Find("cifar10")! with { Files = [Offered("cifar-10-binary.tar.gz")] };
        Assert.True(await Run(set, "sets/cifar10"));
        using (var training = ImageSources.Open(_folder["sets/cifar10/train"])) Assert.Equal((2, "d"), (training.Count, training.Classes[3].Name));
        using (var test = ImageSources.Open(_folder["sets/cifar10/test"])) Assert.Equal((1, "d"), (test.Count, test.Classes[3].Name));
        Assert.Equal(["cifar10"], Directory.GetFileSystemEntries(_folder["sets"]).Select(Path.GetFileName));
        Assert.Contains("Krizhevsky", File.ReadAllText(_folder["sets/cifar10/SOURCE.txt"]), StringComparison.Ordinal);
        Assert.False(await Run(set, "sets/cifar10"));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_gzipped_pair_gets_its_class_names_and_its_test_part_a_folder_of_its_own()
    {
        var set = KnownDataSet.Find("fashion-mnist")!;
        foreach (var (name, bytes) in new[] { ("train-images-idx3-ubyte", Idx(2, 28, 28)), ("train-labels-idx1-ubyte", Idx(2)), ("t10k-images-idx3-ubyte", Idx(1, 28, 28)), ("t10k-labels-idx1-ubyte", Idx(1)) })
        {
            Directory.CreateDirectory(_folder["fashion-mnist.download"]);
            File.WriteAllBytes(_folder[$"fashion-mnist.download/{name}.gz"], Gzip(bytes));          // has arrived already
        }
        set = set with { Files = [.. set.Files.Select(file => file with { Bytes = null, Sha256 = null })] };
        Assert.True(await Run(set, "fashion-mnist"));
        using var training = ImageSources.Open(_folder["fashion-mnist"]);
        using var test = ImageSources.Open(_folder["fashion-mnist/test"]);
        Assert.Equal((2, "T-shirt", 1, "T-shirt"), (training.Count, training.Classes[0].Name, test.Count, test.Classes[0].Name));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("../out.png")]
    [InlineData("a/../../out.png")]
    [InlineData("/tmp/out.png")]
    [InlineData("a/b\\..\\out.png")]
    [InlineData("C:/out.png")]
    public async Task A_member_that_would_leave_the_folder_is_refused_and_nothing_is_left(string name)
    {
        _server.File = Tarball(("a/1.png", ParquetSets.Picture(1)), (name, ParquetSets.Picture(2)));
        var set = DataSetDownload.FromUrl($"{_server.Root}pets.tar.gz", null);
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => Run(set, "sets/pets"));
        Assert.Contains("not below the archive's folder", e.Message, StringComparison.Ordinal);
        Assert.Equal(["pets.download"], Directory.GetFileSystemEntries(_folder["sets"]).Select(Path.GetFileName));
        Assert.Equal(["sets"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Links_are_passed_over_and_files_under_them_stay_inside()
    {
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "cat") { LinkName = _folder.Root });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "dog.png") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "cat/1.png") { DataStream = new MemoryStream(ParquetSets.Picture(1)) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "eel/1.png") { DataStream = new MemoryStream(ParquetSets.Picture(2)) });
        }
        _server.File = archive.ToArray();
        Assert.True(await Run(DataSetDownload.FromUrl($"{_server.Root}pets.tgz", null), "pets"));
        using var source = ImageSources.Open(_folder["pets"]);
        Assert.Equal(["cat/1.png", "eel/1.png"], Enumerable.Range(0, 2).Select(source.NameAt));
        Assert.False(File.Exists(_folder["1.png"]));
        Assert.False(File.Exists(_folder["pets/dog.png"]));
    }

    [Fact]
    public async Task An_archive_that_is_cut_is_refused_and_the_folder_does_not_appear()
    {
        _server.File = Tarball(("a/1.png", Pictures.Noise(100, 100, 1).Pixels))[..20_000];
        await Assert.ThrowsAsync<InvalidDataException>(() => Run(DataSetDownload.FromUrl($"{_server.Root}pets.tar.gz", null), "pets"));
        Assert.False(Directory.Exists(_folder["pets"]));
    }

    [Fact]
    public async Task What_turns_out_to_be_no_archive_is_fetched_anew_the_next_time()
    {
        var set = DataSetDownload.FromUrl($"{_server.Root}pets.tar.gz", null);
        _server.File = TarSets.Text("<html>come back later</html>");
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => Run(set, "pets"));
        Assert.StartsWith("pets.tar.gz cannot be unpacked", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("is fetched anew the next time.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        _server.File = Tarball(("a/1.png", ParquetSets.Picture(1)));
        Assert.True(await Run(set, "pets"));
    }

    [Fact]
    public async Task An_archive_with_the_right_checksum_is_kept_though_it_cannot_be_unpacked()
    {
        _server.File = TarSets.Text("not an archive");
        var set = DataSetDownload.FromUrl($"{_server.Root}pets.tar.gz", Offered("pets.tar.gz").Sha256);
        Assert.DoesNotContain("anew", (await Assert.ThrowsAsync<InvalidDataException>(() => Run(set, "pets"))).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["pets.download/pets.tar.gz"]));
    }

    [Theory]
    [InlineData("a", "a", "the member a twice")]
    [InlineData("a", "a/b", "lies in another one that is a file")]
    [InlineData("a/b", "a", "the member a twice")]
    [InlineData("a", "a\nb", "member a b, whose place")]
    public async Task Members_that_get_in_each_others_way_are_refused_in_one_line(string first, string second, string why)
    {
        _server.File = Tarball((first, [1]), (second, [2]));
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => Run(DataSetDownload.FromUrl($"{_server.Root}pets.tar.gz", null), "pets"));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["pets"]));
    }

    [Fact]
    public async Task A_shard_and_a_parquet_file_are_kept_as_they_are()
    {
        TarSets.WriteNumbered(_folder["s.tar"], 1, 0);
        _server.File = File.ReadAllBytes(_folder["s.tar"]);
        Assert.True(await Run(DataSetDownload.FromUrl($"{_server.Root}shard-000000.tar", null), "shards"));
        using var source = ImageSources.Open(_folder["shards"]);
        Assert.Equal(2, source.Count);
    }

    [Theory]
    [InlineData("ftp://example.org/a.tar", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("https://example.org/", null)]
    [InlineData("https://example.org/..%2fa.tar", null)]
    [InlineData("not an address", null)]
    [InlineData("https://example.org/a.tar", "1234")]
    public void Addresses_and_checksums_that_make_no_sense_are_refused(string url, string? sha256) =>
        Assert.Throws<ArgumentException>(() => DataSetDownload.FromUrl(url, sha256));

    [Fact]
    public void Every_known_set_is_described_in_full()
    {
        Assert.Equal(KnownDataSet.All.Select(set => set.Name).Order(StringComparer.Ordinal), KnownDataSet.All.Select(set => set.Name));
        Assert.All(KnownDataSet.All, set =>
        {
            Assert.All(set.Sources, source => Assert.StartsWith(set.Name, source, StringComparison.Ordinal));
            Assert.All(set.Files, file => Assert.Matches("^[0-9a-f]{64}$", file.Sha256));
            Assert.All(set.Files, file => Assert.True(file.Bytes > 0 && file.Url.AbsolutePath.EndsWith(file.Name, StringComparison.Ordinal)));
            Assert.DoesNotContain('\n', set.Title + set.Licence);
        });
    }

    private Task<bool> Run(KnownDataSet set, string folder) =>
        new DataSetDownload(new HttpDownload(_client, new() { FirstDelay = TimeSpan.FromMilliseconds(1) })).RunAsync(set, _folder[folder], null, TestContext.Current.CancellationToken);

    private DataFile Offered(string name) =>
        new(name, new Uri(_server.Root + name), _server.File.Length, Convert.ToHexStringLower(SHA256.HashData(_server.File)));

    private static byte[] Names() => TarSets.Text("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");

    private static byte[] Idx(params int[] sizes)
    {
        var header = new List<byte> { 0, 0, 8, (byte)sizes.Length };
        foreach (var size in sizes) header.AddRange([0, 0, 0, (byte)size]);
        return [.. header, .. new byte[sizes.Aggregate(1, (product, size) => product * size)]];
    }

    private static byte[] Tarball(params (string Name, byte[] Bytes)[] members)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (name, bytes) in members) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        return Gzip(tar.ToArray());
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return zipped.ToArray();
    }
}

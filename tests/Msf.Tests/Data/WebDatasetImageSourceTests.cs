using System.Formats.Tar;
using Msf.Data;

namespace Msf.Tests.Data;

public sealed class WebDatasetImageSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Numbered_samples_of_several_shards_follow_one_another()
    {
        TarSets.WriteNumbered(_folder["s-000001.tar"], 2, 2);
        TarSets.WriteNumbered(_folder["s-000000.tar"], 0, 2, 0);
        using var source = ImageSources.Open(_folder["s-{000000..000001}.tar"]);
        Assert.Equal([new("0", 2), new("1", 0), new("2", 3)], source.Classes);
        Assert.Equal([0, 2, 0, 2, 2], Enumerable.Range(0, source.Count).Select(source.LabelAt));
        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, source.Count).Select(i => (int)source.Read(i).Pixels[0]));
        Assert.Equal("s-000001.tar/001.png", source.NameAt(4));
        Assert.Equal(source.NameAt(4), source.Read(4).Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(5));
        using var folder = ImageSources.Open(_folder.Root);
        Assert.Equal(5, folder.Count);
        using var single = ImageSources.Open(_folder["s-000001.tar"]);
        Assert.Equal(2, single.Count);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Every_format_of_tar_and_of_image_is_read(TarEntryFormat format)
    {
        var picture = Pictures.Noise(5, 4, 1);
        TarSets.Write(
            _folder["a.tar"], format,
            ("a.webp", Pictures.Encode(picture, SkiaSharp.SKEncodedImageFormat.Webp)), ("a.cls", TarSets.Text("1")),
            ("b.JPG", Pictures.Encode(picture, SkiaSharp.SKEncodedImageFormat.Jpeg)), ("b.cls", TarSets.Text("0")),
            ("c.png", PngFile.Encode(picture)), ("c.cls", TarSets.Text(" 1 ")));
        using var source = ImageSources.Open(_folder["a.tar"]);
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(source.LabelAt));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal((5, 4), (source.Read(i).Width, source.Read(i).Height)));
        Assert.Equal(picture.Pixels, source.Read(2).Pixels);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar, 84)]
    [InlineData(TarEntryFormat.Pax, 3000)]
    [InlineData(TarEntryFormat.Gnu, 3000)]
    public void Long_names_are_kept(TarEntryFormat format, int length)
    {
        var key = string.Concat(Enumerable.Repeat("deep-folder/", length / 12)) + "ämse.v1";          // the key ends at the first dot of the file's name
        TarSets.Write(_folder["a.tar"], format, ($"{key}.png", ParquetSets.Picture(9)), ($"{key[..^3]}.cls", TarSets.Text("0")), ("b.cls", TarSets.Text("7")));
        var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder["a.tar"]));            // "v1.png" is no image's member
        Assert.Contains("has no images", e.Message, StringComparison.Ordinal);
        key = key[..^3];
        TarSets.Write(_folder["a.tar"], format, ($"{key}.png", ParquetSets.Picture(9)), ($"{key}.cls", TarSets.Text("0")));
        using var source = ImageSources.Open(_folder["a.tar"]);
        Assert.Equal($"a.tar/{key}.png", source.NameAt(0));
        Assert.Equal(9, source.Read(0).Pixels[0]);
    }

    [Fact]
    public void Classes_by_name_are_in_ordinal_order()
    {
        TarSets.Write(_folder["a.tar"], ("0.png", ParquetSets.Picture(0)), ("0.cls", TarSets.Text("bee")), ("1.png", ParquetSets.Picture(1)), ("1.cls", TarSets.Text("Zebra\n")));
        TarSets.Write(_folder["b.tar"], ("0.json", TarSets.Text("""{"label": "ant", "width": 4}""")), ("0.png", ParquetSets.Picture(2)));
        using var source = ImageSources.Open(_folder["?.tar"], ["ant", "bee"]);
        Assert.Equal([new("ant", 1), new("bee", 1)], source.Classes);
        using var all = ImageSources.Open(_folder.Root);
        Assert.Equal(["Zebra", "ant", "bee"], all.Classes.Select(known => known.Name));
        Assert.Equal([2, 0, 1], Enumerable.Range(0, 3).Select(all.LabelAt));
    }

    [Fact]
    public void Numbers_keep_the_names_that_json_gives_them()
    {
        TarSets.Write(
            _folder["a.tar"],
            ("0.png", ParquetSets.Picture(0)), ("0.cls", TarSets.Text("2")), ("0.json", TarSets.Text("""{"label": 5, "class_name": "cow"}""")),
            ("1.png", ParquetSets.Picture(1)), ("1.json", TarSets.Text("""{"cls": 0}""")));
        using var source = ImageSources.Open(_folder["a.tar"]);
        Assert.Equal([new("0", 1), new("1", 0), new("cow", 1)], source.Classes);
        Assert.Equal([2, 0], Enumerable.Range(0, 2).Select(source.LabelAt));
        TarSets.Write(_folder["b.tar"], ("0.png", ParquetSets.Picture(0)), ("0.json", TarSets.Text("""{"label": 2, "class_name": "dog"}""")));
        Assert.Contains("calls class 2 both \"cow\" and \"dog\"", Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_folders_devices_other_members_and_tricks_with_paths_are_harmless()
    {
        using (var writer = new TarWriter(File.Create(_folder["a.tar"]), TarEntryFormat.Pax))
        {
            writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "made by hand" }));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "../up"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "0.png") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "0.cls") { LinkName = "1.cls" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "2.png"));
            void Add(string name, byte[] bytes) => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
            Add("../../../etc/evil\n.png", ParquetSets.Picture(3));
            Add("../../../etc/evil\n.cls", TarSets.Text("0"));
            Add("._1.png", TarSets.Text("resource fork"));
            Add("readme", TarSets.Text("no extension"));
            Add("1.txt", TarSets.Text("a caption"));
        }
        var before = Directory.GetFileSystemEntries(_folder.Root);
        using var source = ImageSources.Open(_folder["a.tar"]);
        Assert.Equal(1, source.Count);
        Assert.Equal("a.tar/../../../etc/evil?.png", source.NameAt(0));
        Assert.Equal(3, source.Read(0).Pixels[0]);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_broken_image_is_a_broken_image_and_a_shard_that_shrank_is_told()
    {
        TarSets.Write(_folder["a.tar"], ("0.png", TarSets.Text("no image")), ("0.cls", TarSets.Text("0")), ("1.png", ParquetSets.Picture(1)), ("1.cls", TarSets.Text("0")));
        using var source = ImageSources.Open(_folder["a.tar"]);
        var report = DataInspection.Inspect(source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["a.tar/0.png"], report.Broken.Select(broken => broken.Name));
        using (var shard = File.OpenWrite(_folder["a.tar"])) shard.SetLength(1000);
        Assert.Contains("became shorter", Assert.Throws<InvalidDataException>(() => source.Read(1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.cls", "", "sample 0 has an empty class")]
    [InlineData("0.cls", "-1", "sample 0 has class -1, expected 0 to 65535")]
    [InlineData("0.cls", "65536", "has class 65536")]
    [InlineData("0.json", "{", "sample 0 has a .json that is no JSON")]
    [InlineData("0.json", "[3]", "no object")]
    [InlineData("0.json", """{"label": "\ud800"}""", "no JSON")]
    [InlineData("0.json", """{"label": 1.5}""", "has class -1")]
    [InlineData("0.json", """{"caption": "a cow"}""", "sample 0 has no class: expected 0.cls, or 0.json with a label")]
    [InlineData("1.cls", "1", "sample 0 has no class")]
    [InlineData("0.jpg", "", "sample 0 has two images")]
    public void Samples_without_a_clear_class_are_refused(string name, string text, string why)
    {
        TarSets.Write(_folder["a.tar"], ("0.png", ParquetSets.Picture(1)), (name, TarSets.Text(text)));
        Assert.Contains(why, Refusal(_folder["a.tar"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.cls", "a\nb\n")]
    [InlineData("0.json", """{"label": "a\nb"}""")]
    public void A_class_is_shown_in_one_line(string name, string text)
    {
        TarSets.Write(_folder["a.tar"], ("0.png", ParquetSets.Picture(1)), (name, TarSets.Text(text)));
        using var source = ImageSources.Open(_folder["a.tar"]);
        Assert.Equal(["a?b"], source.Classes.Select(known => known.Name));
    }

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.tar.zst")]
    public void A_compressed_archive_is_refused_with_advice(string name)
    {
        TarSets.WriteNumbered(_folder[name], 1);
        Assert.Contains("unpack", Refusal(_folder[name]), StringComparison.Ordinal);
        Assert.Contains("unpack", Refusal(_folder[name[..^1] + "?"]), StringComparison.Ordinal);
    }

    private static string Refusal(string source)
    {
        var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(source));
        Assert.DoesNotContain('\n', e.Message);
        return e.Message;
    }
}

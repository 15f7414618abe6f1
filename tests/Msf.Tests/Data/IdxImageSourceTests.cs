using System.IO.Compression;
using CsCheck;
using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Tests.Data;

public class IdxImageSourceTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public void The_golden_pair_decodes_exactly(string zipped)
    {
        using var source = ImageSources.Open(SharedFiles.Require("golden", "data", "tiny_a-images.idx3-ubyte" + zipped));
        using var file = SafetensorsFile.Open(SharedFiles.Require("golden", "data", "expected_a.safetensors"));
        using var images = file.Read("idx_images");
        using var labels = file.Read("idx_labels");
        Assert.Equal(5, source.Count);
        Assert.Equal(labels.bytes.ToArray(), Enumerable.Range(0, 5).Select(i => (byte)source.Read(i).Label));
        byte[] grey = [.. Enumerable.Range(0, 5).SelectMany(i => source.Read(i).Pixels.Where((_, at) => at % 3 == 0))];
        Assert.Equal(images.bytes.ToArray(), grey);
    }

    [Fact]
    public void Grey_is_repeated_over_the_channels_and_classes_are_counted()
    {
        using var folder = new TemporaryFolder();
        Write(folder, labels: [1, 0, 1]);
        using var source = ImageSources.Open(folder.Root);
        Assert.Equal([1, 2, 0, 0, 0, 0, 0, 0, 0, 0], source.Classes.Select(c => c.Count));
        Assert.Equal(IdxImageSource.Digits, source.Classes.Select(c => c.Name));
        var image = source.Read(2);
        Assert.Equal((2, 1, 1, "x-images-idx3-ubyte[2]"), (image.Width, image.Height, image.Label, image.Name));
        Assert.Equal([5, 5, 5, 6, 6, 6], image.Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(3));
    }

    [Fact]
    public void Names_come_from_a_file_beside_the_pair_and_may_be_more_than_ten()
    {
        using var folder = new TemporaryFolder();
        Write(folder, labels: [11, 0, 11]);
        Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder.Root));
        File.WriteAllLines(folder["classes.txt"], Enumerable.Range(0, 12).Select(i => $"letter {i}"));
        using var source = ImageSources.Open(folder.Root);
        Assert.Equal(new ImageClass("letter 11", 2), source.Classes[11]);
    }

    [Fact]
    public void A_gzip_file_that_claims_more_than_gzip_can_hold_is_refused_without_memory_for_it()
    {
        using var folder = new TemporaryFolder();
        using (var zip = new GZipStream(File.Create(folder["x-images-idx3-ubyte.gz"]), CompressionLevel.Optimal))
            zip.Write([0, 0, 8, 3, 0, 0, 0xFF, 0xFF, 0, 0, 0x7F, 0xFF, 0, 0, 0, 1]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder["x-images-idx3-ubyte.gz"]));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Bytes_after_the_promised_ones_are_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, labels: [0, 0, 0]);
        File.AppendAllText(folder["x-images-idx3-ubyte"], "x");
        var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder.Root));
        Assert.Contains("goes on after", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_to_the_header_is_refused_or_still_consistent()
    {
        using var folder = new TemporaryFolder();
        Write(folder, labels: [0, 0, 0]);
        var whole = File.ReadAllBytes(folder["x-images-idx3-ubyte"]);
        Gen.Select(Gen.Int[0, 15], Gen.Byte).Array[1, 4].Sample(damage =>
        {
            var file = whole.ToArray();
            foreach (var (place, value) in damage) file[place] = value;
            File.WriteAllBytes(folder["x-images-idx3-ubyte"], file);
            var e = Record.Exception(() =>
            {
                using var source = ImageSources.Open(folder.Root);
                var last = source.Read(source.Count - 1);
                Assert.Equal(6, source.Count * last.Width * last.Height);
            });
            if (e is not null) Assert.IsType<InvalidDataException>(e);
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Images_without_labels_and_folders_with_two_pairs_say_what_to_name()
    {
        using var folder = new TemporaryFolder();
        Write(folder, labels: [0, 0, 0]);
        File.Copy(folder["x-images-idx3-ubyte"], folder["y-images-idx3-ubyte"]);
        var two = Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder.Root));
        Assert.Contains("x-images-idx3-ubyte, y-images-idx3-ubyte", two.Message, StringComparison.Ordinal);
        var alone = Assert.Throws<FileNotFoundException>(() => ImageSources.Open(folder["y-images-idx3-ubyte"]));
        Assert.Contains("IMAGES,LABELS", alone.Message, StringComparison.Ordinal);
        using var both = ImageSources.Open($"{folder["y-images-idx3-ubyte"]},{folder["x-labels-idx1-ubyte"]}");
        Assert.Equal(3, both.Count);
    }

    // Three images of 2x1 pixels: 1 2, 3 4, 5 6.
    private static void Write(TemporaryFolder folder, byte[] labels)
    {
        File.WriteAllBytes(folder["x-images-idx3-ubyte"], [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6]);
        File.WriteAllBytes(folder["x-labels-idx1-ubyte"], [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
    }
}

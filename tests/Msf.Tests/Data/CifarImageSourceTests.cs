using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Tests.Data;

public class CifarImageSourceTests
{
    private const int RowBytes = 3073;

    [Fact]
    public void The_golden_batch_decodes_exactly()
    {
        using var source = ImageSources.Open(SharedFiles.Require("golden", "data", "cifar10_a_batch.bin"));
        using var file = SafetensorsFile.Open(SharedFiles.Require("golden", "data", "expected_a.safetensors"));
        using var images = file.Read("cifar_images_nchw");
        using var labels = file.Read("cifar_labels");
        var expected = images.bytes.ToArray();
        Assert.Equal(6, source.Count);
        Assert.Equal(labels.bytes.ToArray(), Enumerable.Range(0, 6).Select(i => (byte)source.LabelAt(i)));
        for (var n = 0; n < 6; n++)
        {
            var pixels = source.Read(n).Pixels;
            for (var i = 0; i < pixels.Length; i++) Assert.Equal(expected[n * 3072 + i % 3 * 1024 + i / 3], pixels[i]);
        }
    }

    [Fact]
    public void A_folder_means_its_training_batches_in_order()
    {
        using var folder = new TemporaryFolder();
        Write(folder["data_batch_2.bin"], 3, 4);
        Write(folder["data_batch_1.bin"], 1);
        Write(folder["test_batch.bin"], 9, 9, 9);
        using (var source = ImageSources.Open(folder.Root))
        {
            Assert.Equal([1, 3, 4], Enumerable.Range(0, source.Count).Select(source.LabelAt));
            Assert.Equal("data_batch_2.bin[1]", source.NameAt(2));
            Assert.Equal(source.LabelAt(2), source.Read(2).Pixels[0]);
            Assert.Equal(new ImageClass("automobile", 1), source.Classes[1]);
            Assert.Throws<ArgumentOutOfRangeException>(() => source.LabelAt(3));
        }
        using var test = ImageSources.Open(folder["test_batch.bin"]);
        Assert.Equal(3, test.Count);
    }

    [Fact]
    public void Labels_are_checked_in_rows_beyond_the_first_block()
    {
        using var folder = new TemporaryFolder();
        Write(folder["many.bin"], [.. Enumerable.Range(0, 600).Select(i => (byte)(i % 10))]);
        using (var source = new CifarImageSource(folder["many.bin"])) Assert.Equal(600, source.Count);
        Write(folder["many.bin"], [.. Enumerable.Range(0, 600).Select(i => (byte)(i == 599 ? 10 : 0))]);
        var e = Assert.Throws<InvalidDataException>(() => new CifarImageSource(folder["many.bin"]));
        Assert.Contains("row 599 has label 10", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_names_come_from_the_meta_file()
    {
        using var folder = new TemporaryFolder();
        Write(folder["a.bin"], 0, 1, 1);
        File.WriteAllText(folder["batches.meta.txt"], "cat\ndog\n\n");
        using (var source = ImageSources.Open(folder.Root)) Assert.Equal([new("cat", 1), new("dog", 2)], source.Classes);
        File.WriteAllText(folder["batches.meta.txt"], "cat\ncat\n");
        Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder.Root));
    }

    // Every pixel of a row has the value of its label.
    private static void Write(string path, params byte[] labels) =>
        File.WriteAllBytes(path, [.. labels.SelectMany(label => Enumerable.Repeat(label, RowBytes))]);
}

using Msf.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class NpzImagesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Batches_of_ADM_are_those_of_the_reference()
    {
        using var images = NpzImages.Open(SharedFiles.Require("golden", "metrics", "adm_samples_a.npz"));
        Assert.Equal((16, new PixelSize(32, 32)), (images.Count, images.Size));
        Assert.Empty(images.Labels);
        var parts = images.Batches(5).ToArray();
        Assert.Equal([5L, 5, 5, 1], parts.Select(part => part.Levels.shape[0]));
        using var archive = NpzArchive.Open(SharedFiles.Require("golden", "metrics", "adm_samples_a.npz"));
        Assert.True(TensorAssert.Identical(archive.ReadImages().permute(0, 3, 1, 2).contiguous(), cat([.. parts.Select(part => part.Levels)])));
    }

    [Fact]
    public void What_is_written_one_by_one_is_read_one_by_one()
    {
        var made = 0;
        IEnumerable<RgbImage> Images()
        {
            for (; made < 5; made++) yield return new RgbImage([.. Enumerable.Range(0, 18).Select(i => (byte)(i + 40 * made))], 3, 2);
        }
        NpzFile.Write(_folder["a.npz"], 5, new PixelSize(3, 2), Images(), [4, 3, 2, 1, 0]);
        Assert.Equal(5, made);
        using var images = NpzImages.Open(_folder["a.npz"]);
        Assert.Equal([4, 3, 2, 1, 0], images.Labels);
        var i = 0;
        foreach (var (levels, labels) in images.Batches(2))
            for (var k = 0; k < labels.Length; k++, i++)
            {
                Assert.Equal(4 - i, labels[k]);
                Assert.Equal(40 * i + 5, levels[k, 2, 0, 1].item<byte>());                    // blue of the second pixel
            }
        Assert.Equal(5, i);
    }

    [Fact]
    public void Another_number_or_size_of_images_writes_nothing()
    {
        RgbImage image = new(new byte[12], 2, 2), other = new(new byte[6], 2, 1);
        Assert.Throws<ArgumentException>(() => NpzFile.Write(_folder["a.npz"], 3, new PixelSize(2, 2), [image, image]));
        Assert.Throws<ArgumentException>(() => NpzFile.Write(_folder["a.npz"], 1, new PixelSize(2, 2), [image, image]));
        Assert.Throws<ArgumentException>(() => NpzFile.Write(_folder["a.npz"], 2, new PixelSize(2, 2), [image, other]));
        Assert.Throws<ArgumentException>(() => NpzFile.Write(_folder["a.npz"], 2, new PixelSize(2, 2), [image, image], [1]));
        Assert.Empty(Directory.GetFiles(_folder["."]));
    }

    [Theory]
    [InlineData("<f4", "(2, 1, 1, 3)", 24, "expected bytes (N, H, W, 3)")]
    [InlineData("|u1", "(2, 1, 3)", 6, "expected bytes (N, H, W, 3)")]
    [InlineData("|u1", "(2, 1, 1, 3)", 6, "expected 2 whole numbers")]
    public void What_are_no_images_is_refused_in_one_line(string type, string shape, int bytes, string why)
    {
        File.WriteAllBytes(_folder["a.npz"], Msf.Fuzzing.ZipBytes.Of([("arr_0.npy", Array(type, shape, bytes)), ("arr_1.npy", Array("<i8", "(3,)", 24))]));
        var message = Assert.Throws<InvalidDataException>(() => NpzImages.Open(_folder["a.npz"])).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static byte[] Array(string type, string shape, int bytes)
    {
        var head = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)head.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(head), .. new byte[bytes]];
    }
}

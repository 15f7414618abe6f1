using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Every hostile IDX, CIFAR and PNG file is refused with one line that says what is wrong with this one.</summary>
public class BadDataFilesTests
{
    [Theory]
    [InlineData("png_bad_crc.png", "checksum")]
    [InlineData("png_bad_depth.png", "bit depth 3 with colour type 2")]
    [InlineData("png_chunk_length_huge.png", "IDAT chunk at offset 33 claims")]
    [InlineData("png_dims_2_31.png", "2147483647x2147483647")]
    [InlineData("png_dims_over_2_31.png", "each side must be 1 to 2147483647")]
    [InlineData("png_short_idat.png", "inflates to 64 bytes, 4840 needed")]
    [InlineData("png_truncated.png", "remain in the file")]
    [InlineData("png_wrong_signature.png", "PNG signature")]
    [InlineData("png_zero_width.png", "0x")]
    public void A_bad_png_is_refused(string name, string why) => Refused(why, path => ImageDecoder.Decode(path), name);

    [Theory]
    [InlineData("cifar_empty.bin", "0 bytes")]
    [InlineData("cifar_label_out_of_range.bin", "row 1 has label")]
    [InlineData("cifar_truncated.bin", "rows of 3073")]
    public void A_bad_cifar_file_is_refused(string name, string why) => Refused(why, path => new CifarImageSource(path), name);

    [Theory]
    [InlineData("idx3_dims_over_2_31.idx3-ubyte", "2147483653x")]
    [InlineData("idx3_dims_overflow.idx3-ubyte", "18446744056529682436 bytes")]
    [InlineData("idx3_dims_wrap_to_small.idx3-ubyte", "4294967296 bytes")]
    [InlineData("idx3_float_type.idx3-ubyte", "value type 0x0D")]
    [InlineData("idx3_header_only_10_bytes.idx3-ubyte", "inside the header (10 bytes, 16 needed)")]
    [InlineData("idx3_little_endian_magic.idx3-ubyte", "little-endian")]
    [InlineData("idx3_truncated.idx3-ubyte", "5x28x28 values (3920 bytes)")]
    [InlineData("idx3_truncated.idx3-ubyte.gz", "5x28x28 values (3920 bytes)")]
    [InlineData("idx3_wrong_magic.idx3-ubyte", "4 dimensions are not 3")]
    [InlineData("idx3_zero_dim.idx3-ubyte", "none may be 0")]
    public void Bad_idx_images_are_refused(string name, string why)
    {
        var labels = SharedFiles.Require("golden", "data", "tiny_a-labels.idx1-ubyte");
        Refused(why, path => new IdxImageSource(path, labels), name);
    }

    [Theory]
    [InlineData("idx1_count_mismatch.idx1-ubyte", "not a pair")]
    [InlineData("idx1_label_out_of_range.idx1-ubyte", "label 10 at place")]
    [InlineData("idx1_truncated.idx1-ubyte", "5 values (5 bytes), the file holds 3")]
    [InlineData("idx1_wrong_magic.idx1-ubyte", "3 dimensions are not 1")]
    public void Bad_idx_labels_are_refused(string name, string why)
    {
        var images = SharedFiles.Require("golden", "data", "tiny_a-images.idx3-ubyte");
        Refused(why, path => new IdxImageSource(images, path), name);
    }

    [Theory]
    [InlineData("png_*.png", 9)]
    [InlineData("cifar_*", 3)]
    [InlineData("idx3_*", 10)]
    [InlineData("idx1_*", 4)]
    public void The_lists_above_leave_no_file_out(string pattern, int listed) =>
        Assert.Equal(listed, Directory.GetFiles(SharedFiles.Require("golden", "bad"), pattern).Length);

    [Fact]
    public void A_bad_file_given_as_the_source_is_refused_for_its_own_fault()
    {
        foreach (var pattern in new[] { "png_*", "cifar_*", "idx3_*" })
            foreach (var path in Directory.GetFiles(SharedFiles.Require("golden", "bad"), pattern))
            {
                var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(path));
                Assert.Contains("not a usable", e.Message, StringComparison.Ordinal);
            }
    }

    private static void Refused(string why, Func<string, object> open, string name)
    {
        var path = SharedFiles.Require("golden", "bad", name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<InvalidDataException>(() => open(path));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20, "refusing it took more than 4 MiB");
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}

using Msf.Data;

namespace Msf.Server.Tests.Jobs;

/// <summary>Pictures of clients.</summary>
public sealed class UploadedImageTests
{
    [Fact]
    public void A_picture_of_the_largest_size_is_taken_and_a_larger_one_is_not()
    {
        var file = PngFile.Encode(AssertImages.Picture(20, 10, (x, _) => (byte)x));
        Assert.Equal(20, UploadedImage.Decode(file, "image", 200).Width);
        var error = Assert.Throws<RequestException>(() => UploadedImage.Decode(file, "image", 199));
        Assert.Contains("20x10", error.Message, StringComparison.Ordinal);
        Assert.Equal("image", error.Param);
    }

    [Fact]
    public void A_header_that_claims_gigabytes_is_refused_before_they_are_allocated()
    {
        var file = PngFile.Encode(AssertImages.Picture(4, 4, (_, _) => 0));
        file[16] = file[20] = 0x01;                                                           // 16,777,220 pixels a side
        Assert.Throws<RequestException>(() => UploadedImage.Decode(file, "image", 1 << 20));
    }

    [Fact]
    public void What_is_no_picture_is_refused_in_one_line()
    {
        foreach (var file in new byte[][] { [], [1, 2, 3], [0x89, .. "PNG\r\n\x1a\n"u8], "<svg/>"u8.ToArray() })
            Assert.DoesNotContain('\n', Assert.Throws<RequestException>(() => UploadedImage.Decode(file, "image", 100)).Message);
    }
}

using CsCheck;
using Msf.Data;
using SkiaSharp;

namespace Msf.Tests.Data;

public class ImageDecoderTests
{
    [Fact]
    public void Lossless_webp_decodes_exactly()
    {
        var image = Pictures.Noise(20, 12, seed: 3);
        using var bitmap = new SKBitmap(20, 12, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < 20 * 12; i++)
            bitmap.SetPixel(i % 20, i / 20, new SKColor(image.Pixels[3 * i], image.Pixels[3 * i + 1], image.Pixels[3 * i + 2]));
        using var pixmap = bitmap.PeekPixels();
        using var data = pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50));
        Assert.Equal(image.Pixels, ImageDecoder.Decode(data!.ToArray(), "a.webp").Pixels);
    }

    [Fact]
    public void Jpeg_decodes_close_to_what_was_encoded()
    {
        var image = ImageDecoder.Decode(Pictures.Encode(Pictures.Plain(16, 16, 200, 100, 50), SKEncodedImageFormat.Jpeg), "a.jpg");
        Assert.InRange(image.Pixels[0], 197, 203);
        Assert.InRange(image.Pixels[1], 97, 103);
        Assert.InRange(image.Pixels[2], 47, 53);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_cut_file_is_refused_by_name(SKEncodedImageFormat format)
    {
        var whole = Pictures.Encode(Pictures.Noise(64, 64, seed: 2), format, quality: 90);
        foreach (var length in new[] { 1, 20, whole.Length / 2, whole.Length - 200 })
        {
            var e = Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(whole[..length], "photo.img"));
            Assert.Contains("photo.img", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_few_bytes_that_claim_a_huge_image_are_refused_before_memory_is_taken()
    {
        var file = Pictures.Encode(Pictures.Plain(16, 16, 1, 2, 3), SKEncodedImageFormat.Jpeg);
        var frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        foreach (var (offset, value) in new[] { (5, 0x1F), (6, 0x40), (7, 0x1F), (8, 0x40) }) file[frame + offset] = (byte)value;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(file, "a.jpg"));
        Assert.Contains($"claims 8000x8000 pixels in {file.Length} bytes", e.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Fact]
    public void A_large_image_of_one_colour_decodes()
    {
        var image = ImageDecoder.Decode(Pictures.Encode(Pictures.Plain(3000, 2000, 9, 9, 9), SKEncodedImageFormat.Jpeg, quality: 20), "a.jpg");
        Assert.Equal((3000, 2000), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Random_damage_is_refused_or_harmless(SKEncodedImageFormat format)
    {
        var whole = Pictures.Encode(Pictures.Noise(24, 24, seed: 2), format, quality: 90);
        var refused = 0;
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 30].Sample(damage =>
        {
            var file = whole.ToArray();
            foreach (var (place, value) in damage) file[place] = value;
            if (Record.Exception(() => ImageDecoder.Decode(file, "photo.img")) is not { } e) return;
            Assert.IsType<InvalidDataException>(e);
            Interlocked.Increment(ref refused);
        }, iter: 300);
        Assert.True(refused > 0);
    }

    [Fact]
    public void The_first_bytes_decide_and_not_the_extension()
    {
        var image = Pictures.Noise(5, 5, seed: 1);
        Assert.Equal(image.Pixels, ImageDecoder.Decode(PngFile.Encode(image), "a.JPEG").Pixels);
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode("hello world"u8.ToArray(), "note.jpg"));
        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode([], "empty.png"));
        Assert.Throws<FileNotFoundException>(() => ImageDecoder.Decode("/no/such/file.png"));
    }
}

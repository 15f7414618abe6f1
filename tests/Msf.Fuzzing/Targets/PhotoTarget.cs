using Msf.Data;
using SkiaSharp;

namespace Msf.Fuzzing;

/// <summary>Images that a library of others decodes alone: JPEG, WebP and BMP.</summary>
/// <param name="name">jpeg, webp or bmp.</param>
internal sealed class PhotoTarget(string name) : FuzzTarget
{
    // A grey progressive JPEG of four blocks, by hand, since the library writes none: a scan of the means, a scan of the rest.
    private static readonly byte[] _progressive =
    [
        0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)4, 64), 0xFF, 0xC2, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0,
        0xFF, 0xC4, 0, 22, 0x00, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x65, 0xAF,
        0xFF, 0xC4, 0, 21, 0x10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 0xA1, 0xFF, 0xD9,
    ];

    public override string Name => name;

    // What ImageDecoder allows any file, at 7 bytes a pixel.
    public override long Allowance(long length) => (256 << 10) + 7 * (ImageDecoder.FreePixels + ImageDecoder.MostPixelsPerByte * length);

    protected override IReadOnlyList<byte[]> Words { get; } = name switch
    {
        "jpeg" => [[0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xC0, 0, 17, 8], [0xFF, 0xC2], [0xFF, 0xC4], [0xFF, 0xDA], [0xFF, 0xDD, 0, 4, 0, 1], [0xFF, 0xE1], [0xFF, 0xEE], [0xFF, 0x00], [0xFF, 0xC9]],
        "webp" => ["VP8 "u8.ToArray(), "VP8L"u8.ToArray(), "VP8X"u8.ToArray(), "ALPH"u8.ToArray(), "ANIM"u8.ToArray(), "ANMF"u8.ToArray(), [0x2F], [0x9D, 0x01, 0x2A]],
        _ => ["BM"u8.ToArray(), [40, 0, 0, 0], [12, 0, 0, 0], [124, 0, 0, 0], [1, 0, 0, 0], [0, 0], [0, 1], [0, 2, 255, 255]],
    };

    public override long Read(byte[] input)
    {
        ImageDecoder.Decode(input, $"a.{name}");
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => name switch
    {
        "jpeg" => [Encode(SKEncodedImageFormat.Jpeg, 24, 16, 80), Encode(SKEncodedImageFormat.Jpeg, 9, 5, 10), _progressive],
        "webp" => [Encode(SKEncodedImageFormat.Webp, 16, 16, 50), Encode(SKEncodedImageFormat.Webp, 9, 5, 100), Lossless()],
        _ => [Bmp(24, 0, [.. Enumerable.Range(0, 5 * 16).Select(i => (byte)i)]), Bmp(8, 0, new byte[5 * 8]), Bmp(8, 1, [5, 1, 0, 0, 0, 3, 1, 0, 1, 0, 0, 2, 1, 1, 2, 1, 0, 1]), Bmp(1, 0, new byte[5 * 4])],
    };

    private static byte[] Encode(SKEncodedImageFormat format, int width, int height, int quality)
    {
        using var bitmap = Picture(width, height);
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private static byte[] Lossless()
    {
        using var bitmap = Picture(12, 7);
        using var pixels = bitmap.PeekPixels();
        using var data = pixels!.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        return data!.ToArray();
    }

    private static SKBitmap Picture(int width, int height)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) bitmap.SetPixel(x, y, new SKColor((byte)(x * 10), (byte)(y * 15), (byte)(x * y)));
        return bitmap;
    }

    // Five pixels by five, with the header of Windows 3.
    private static byte[] Bmp(byte depth, byte compression, byte[] pixels)
    {
        var colors = depth <= 8 ? 4 << depth : 0;
        byte[] header = [40, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 1, 0, depth, 0, compression, 0, 0, 0, .. BitConverter.GetBytes(pixels.Length), .. new byte[16]];
        return [(byte)'B', (byte)'M', .. BitConverter.GetBytes(54 + colors + pixels.Length), 0, 0, 0, 0, .. BitConverter.GetBytes(54 + colors), .. header, .. Enumerable.Range(0, colors).Select(i => (byte)i), .. pixels];
    }
}

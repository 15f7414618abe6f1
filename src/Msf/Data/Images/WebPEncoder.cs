using SkiaSharp;

namespace Msf.Data;

/// <summary>Encodes 8-bit RGB images as lossless WebP.</summary>
internal static class WebPEncoder
{
    private const float Effort = 75;

    /// <summary>The whole file.</summary>
    public static unsafe byte[] Encode(RgbImage image)
    {
        var rgba = new byte[4L * image.Width * image.Height];
        for (int from = 0, to = 0; from < image.Pixels.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = byte.MaxValue;
        }
        fixed (byte* pixels = rgba)
        {
            using var view = new SKPixmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels);
            using var file = view.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, Effort))
                ?? throw new InvalidDataException($"an image of {image.Width}x{image.Height} cannot be written as WebP, whose sides are at most 16383; write PNG.");
            return file.ToArray();
        }
    }
}

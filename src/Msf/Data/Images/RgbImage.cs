namespace Msf.Data;

/// <summary>An 8-bit RGB image in memory.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="pixels">Rows from top to bottom, RGB interleaved: height x width x 3 bytes, values 0 to 255.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">A side is below 1, or the number of bytes is not height x width x 3.</exception>
    public RgbImage(byte[] pixels, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException(
                $"{pixels.Length} bytes given for a {width}x{height} RGB image, expected {3L * width * height}.", nameof(pixels));
        Pixels = pixels;
        Width = width;
        Height = height;
    }

    /// <summary>Rows from top to bottom, RGB interleaved, uint8 (height, width, 3). Not a copy.</summary>
    public byte[] Pixels { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }
}

namespace Msf.Data;

/// <summary>A rectangle of an image, in whole pixels.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
internal readonly record struct CropBox(int Left, int Top, int Width, int Height)
{
    /// <summary>What is in the rectangle; the image itself where that is all of it.</summary>
    public RgbImage CutFrom(RgbImage image)
    {
        if (image.Width == Width && image.Height == Height) return image;
        var pixels = new byte[3 * Width * Height];
        for (var y = 0; y < Height; y++)
            image.Pixels.AsSpan(3 * ((Top + y) * image.Width + Left), 3 * Width).CopyTo(pixels.AsSpan(3 * Width * y));
        return new RgbImage(pixels, Width, Height);
    }
}

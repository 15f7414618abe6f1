namespace Msf.Data;

/// <summary>
/// Makes images of a given size, mostly square, the way the ADM code base does (Dhariwal and Nichol 2021): halve by area means while
/// both sides are at least twice the target's, scale by antialiased bicubic interpolation until the image just covers the target (of a square: its
/// shorter side), then cut out the centre.
/// </summary>
public static class ImageResizer
{
    /// <summary>The square image; <paramref name="image"/> itself where it already has that size.</summary>
    /// <param name="image">The image to fit.</param>
    /// <param name="size">Width and height of the result in pixels, at least 1.</param>
    /// <exception cref="InvalidDataException">The image is so elongated, or the size so large, that it takes over 100 megapixels.</exception>
    public static RgbImage Fit(RgbImage image, int size) => Fit(image, new PixelSize(size, size));

    /// <summary>The image of any shape; <paramref name="image"/> itself where it already has that size.</summary>
    /// <param name="image">The image to fit.</param>
    /// <param name="size">Size of the result, each side at least 1.</param>
    /// <exception cref="InvalidDataException">As for the square.</exception>
    public static RgbImage Fit(RgbImage image, PixelSize size)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(size.Width, size.Height), 1, nameof(size));
        if (image.Width == size.Width && image.Height == size.Height) return image;

        var (width, height) = IntermediateSize(image, size);
        while (image.Width >= 2 * (long)size.Width && image.Height >= 2 * (long)size.Height)
            image = Resampler.Resize(image, image.Width / 2, image.Height / 2, ResamplingFilter.Box);
        image = Resampler.Resize(image, width, height, ResamplingFilter.Bicubic);
        return new CropBox((width - size.Width) / 2, (height - size.Height) / 2, size.Width, size.Height).CutFrom(image);
    }

    /// <summary>The size to which an image is scaled before its centre is cut out.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Fit(RgbImage, PixelSize)"/>.</exception>
    internal static (int Width, int Height) IntermediateSize(RgbImage image, PixelSize size)
    {
        var (halvedWidth, halvedHeight) = (image.Width, image.Height);
        while (halvedWidth >= 2 * (long)size.Width && halvedHeight >= 2 * (long)size.Height) (halvedWidth, halvedHeight) = (halvedWidth / 2, halvedHeight / 2);
        var scale = Math.Max((double)size.Width / halvedWidth, (double)size.Height / halvedHeight);
        var width = Math.Max(size.Width, (int)Math.Round(halvedWidth * scale, MidpointRounding.ToEven));
        var height = Math.Max(size.Height, (int)Math.Round(halvedHeight * scale, MidpointRounding.ToEven));
        if ((long)width * height > ImageDecoder.MaximumPixels)
            throw new InvalidDataException(
                $"Fitting {halvedWidth}x{halvedHeight} pixels to {size} needs {width}x{height} in between, more than the "
                + $"{ImageDecoder.MaximumPixels} pixels accepted: crop the image first.");
        return (width, height);
    }
}

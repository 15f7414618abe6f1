namespace Msf.Data;

/// <summary>
/// Makes square images of a given size the way the ADM code base does (Dhariwal and Nichol 2021): halve by area means while
/// the shorter side is at least twice the target, scale the shorter side to the target by antialiased bicubic interpolation,
/// then cut out the centre.
/// </summary>
public static class ImageResizer
{
    /// <summary>The square image; <paramref name="image"/> itself where it already has that size.</summary>
    /// <param name="image">The image to fit.</param>
    /// <param name="size">Width and height of the result in pixels, at least 1.</param>
    /// <exception cref="InvalidDataException">The image is so elongated, or the size so large, that it takes over 100 megapixels.</exception>
    public static RgbImage Fit(RgbImage image, int size)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (image.Width == size && image.Height == size) return image;

        var (width, height) = IntermediateSize(image, size);
        while (Math.Min(image.Width, image.Height) >= 2 * (long)size)
            image = Resampler.Resize(image, image.Width / 2, image.Height / 2, ResamplingFilter.Box);
        image = Resampler.Resize(image, width, height, ResamplingFilter.Bicubic);
        return new CropBox((width - size) / 2, (height - size) / 2, size, size).CutFrom(image);
    }

    /// <summary>The size to which an image is scaled before its centre is cut out.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Fit"/>.</exception>
    internal static (int Width, int Height) IntermediateSize(RgbImage image, int size)
    {
        var (halvedWidth, halvedHeight) = (image.Width, image.Height);
        while (Math.Min(halvedWidth, halvedHeight) >= 2 * (long)size) (halvedWidth, halvedHeight) = (halvedWidth / 2, halvedHeight / 2);
        var scale = (double)size / Math.Min(halvedWidth, halvedHeight);
        var width = Math.Max(size, (int)Math.Round(halvedWidth * scale, MidpointRounding.ToEven));
        var height = Math.Max(size, (int)Math.Round(halvedHeight * scale, MidpointRounding.ToEven));
        if ((long)width * height > ImageDecoder.MaximumPixels)
            throw new InvalidDataException(
                $"Fitting {halvedWidth}x{halvedHeight} pixels to {size}x{size} needs {width}x{height} in between, more than the "
                + $"{ImageDecoder.MaximumPixels} pixels accepted: crop the image first.");
        return (width, height);
    }
}

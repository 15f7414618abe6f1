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

        while (Math.Min(image.Width, image.Height) >= 2 * (long)size)
            image = Resampler.Resize(image, image.Width / 2, image.Height / 2, ResamplingFilter.Box);
        var scale = (double)size / Math.Min(image.Width, image.Height);
        var width = Math.Max(size, (int)Math.Round(image.Width * scale, MidpointRounding.ToEven));
        var height = Math.Max(size, (int)Math.Round(image.Height * scale, MidpointRounding.ToEven));
        if ((long)width * height > ImageDecoder.MaximumPixels)
            throw new InvalidDataException(
                $"Fitting {image.Width}x{image.Height} pixels to {size}x{size} needs {width}x{height} in between, more than the "
                + $"{ImageDecoder.MaximumPixels} pixels accepted: crop the image first.");
        return CropCentre(Resampler.Resize(image, width, height, ResamplingFilter.Bicubic), size);
    }

    private static RgbImage CropCentre(RgbImage image, int size)
    {
        if (image.Width == size && image.Height == size) return image;
        int left = (image.Width - size) / 2, top = (image.Height - size) / 2;
        var pixels = new byte[3 * size * size];
        for (var y = 0; y < size; y++)
            image.Pixels.AsSpan(3 * ((top + y) * image.Width + left), 3 * size).CopyTo(pixels.AsSpan(3 * size * y));
        return new RgbImage(pixels, size, size);
    }
}

namespace Msf.Data;

/// <summary>Puts images of one size on a sheet.</summary>
public static class ImageGrid
{
    /// <summary>Lays images out in rows from left to right, with a border around and between them.</summary>
    /// <param name="images">At least one image, all of one size.</param>
    /// <param name="columns">Images in a row; with fewer images than that the sheet is as wide as they need.</param>
    /// <param name="padding">Width of the borders in pixels.</param>
    /// <param name="background">Grey value of borders and of empty places, 0 black to 255 white.</param>
    /// <exception cref="ArgumentException">There is no image, sizes differ, or the sheet would exceed 100 megapixels.</exception>
    public static RgbImage Make(IReadOnlyList<RgbImage> images, int columns, int padding = 2, byte background = 255)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (images.Count == 0) throw new ArgumentException("A sheet needs at least one image.", nameof(images));
        int cellWidth = images[0].Width, cellHeight = images[0].Height;
        columns = Math.Min(columns, images.Count);
        var rows = (images.Count + columns - 1) / columns;
        var width = padding + columns * ((long)cellWidth + padding);
        var height = padding + rows * ((long)cellHeight + padding);
        if (width > int.MaxValue || height > int.MaxValue || width * height > ImageDecoder.MaximumPixels)
            throw new ArgumentException($"A sheet of {columns}x{rows} images would be {width}x{height}: use fewer images.", nameof(images));

        var sheet = new byte[3 * width * height];
        Array.Fill(sheet, background);
        for (var i = 0; i < images.Count; i++)
        {
            var image = images[i];
            if (image.Width != cellWidth || image.Height != cellHeight)
                throw new ArgumentException(
                    $"Image {i} is {image.Width}x{image.Height}, the first is {cellWidth}x{cellHeight}: a sheet needs images of one size.",
                    nameof(images));
            var left = padding + i % columns * (cellWidth + padding);
            var top = padding + i / columns * (cellHeight + padding);
            for (var y = 0; y < cellHeight; y++)
                image.Pixels.AsSpan(3 * y * cellWidth, 3 * cellWidth).CopyTo(sheet.AsSpan((int)(3 * ((top + y) * width + left))));
        }
        return new RgbImage(sheet, (int)width, (int)height);
    }
}

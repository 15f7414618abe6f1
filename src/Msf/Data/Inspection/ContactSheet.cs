namespace Msf.Data;

/// <summary>Shows a set at a glance: one row for each class, in the order of the labels.</summary>
public static class ContactSheet
{
    /// <summary>Takes images evenly spread over each class; damaged ones are passed over, and missing ones stay blank.</summary>
    /// <param name="source">The set.</param>
    /// <param name="columns">Images of each class.</param>
    /// <param name="imageSize">Width and height of each image in pixels; <see cref="ImageResizer"/> fits them.</param>
    /// <exception cref="ArgumentException">A number is below 1, or the sheet would exceed 100 megapixels.</exception>
    public static RgbImage Make(IImageSource source, int columns = 10, int imageSize = 64)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        var places = Enumerable.Range(0, source.Count).ToLookup(source.LabelAt);
        var blank = new RgbImage([.. Enumerable.Repeat((byte)255, 3 * imageSize * imageSize)], imageSize, imageSize);
        var cells = new List<RgbImage>();
        for (var label = 0; label < source.Classes.Count; label++)
        {
            var row = Spread([.. places[label]], columns).Select(index => TryRead(source, index, imageSize)).OfType<RgbImage>().ToList();
            cells.AddRange(row);
            cells.AddRange(Enumerable.Repeat(blank, columns - row.Count));
        }
        return ImageGrid.Make(cells, columns);
    }

    private static IEnumerable<int> Spread(int[] places, int wanted)
    {
        var taken = Math.Min(wanted, places.Length);
        return Enumerable.Range(0, taken).Select(i => places[(long)i * places.Length / taken]);
    }

    private static RgbImage? TryRead(IImageSource source, int index, int size)
    {
        try
        {
            return ImageResizer.Fit(source.Read(index).Image, size);
        }
        catch (Exception e) when (BrokenImages.IsBroken(e))
        {
            return null;
        }
    }
}

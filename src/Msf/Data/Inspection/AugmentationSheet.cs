using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Shows what training sees: one row for each of a few images, first as it is, then as it comes in different epochs.</summary>
public static class AugmentationSheet
{
    /// <summary>Takes images evenly spread over a set; damaged ones are passed over.</summary>
    /// <param name="source">The set.</param>
    /// <param name="imageSize">Width and height of each image in pixels, those that training will have.</param>
    /// <param name="options">Seed, flips and augmentation of the training.</param>
    /// <param name="rows">Images of the set.</param>
    /// <param name="columns">Pictures of each.</param>
    /// <exception cref="ArgumentException">A number is below 1, an option is out of range, or the sheet would exceed 100 megapixels.</exception>
    /// <exception cref="InvalidDataException">All the images looked at are damaged.</exception>
    public static RgbImage Make(IImageSource source, int imageSize, LoaderOptions options, int rows = 10, int columns = 10)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        options = options with { Threads = 0, MaxBroken = 0 };
        rows = Math.Min(rows, source.Count);
        var cells = new List<RgbImage>();
        for (var row = 0; row < rows; row++)
        {
            try
            {
                cells.AddRange(Row(new OneImage(source, (int)((long)row * source.Count / rows)), imageSize, options, row, columns));
            }
            catch (InvalidDataException) when (cells.Count > 0 || row < rows - 1)
            {
                // The inspection names it.
            }
        }
        return ImageGrid.Make(cells, columns);
    }

    private static RgbImage[] Row(OneImage image, int imageSize, LoaderOptions options, int row, int columns)
    {
        using var scope = NewDisposeScope();
        using var batches = new ImageBatches(image, imageSize, options) { Position = (long)row * columns };
        var asItIs = ImageTensors.ToImages(batches.At([0]).Images);
        return columns == 1 ? asItIs : [.. asItIs, .. ImageTensors.ToImages(batches.Next(columns - 1).Images)];
    }

    /// <summary>A set of one image of another, which every position of the batches then shows.</summary>
    private sealed class OneImage(IImageSource source, int place) : IImageSource
    {
        public string Name => source.Name;

        public int Count => 1;

        public IReadOnlyList<ImageClass> Classes => source.Classes;

        public int LabelAt(int index) => source.LabelAt(place);

        public string NameAt(int index) => source.NameAt(place);

        public LabeledImage Read(int index) => source.Read(place);

        public void Dispose()
        {
            // The whole set belongs to the caller.
        }
    }
}

namespace Msf.Data;

/// <summary>The images of a source in buckets of one size each; a function of the source and the sizes alone.</summary>
internal sealed class AspectBuckets
{
    private readonly (int Bucket, int Index)[] _where;

    private AspectBuckets(IReadOnlyList<PixelSize> sizes, int[][] places, (int, int)[] where) => (Sizes, Places, _where) = (sizes, places, where);

    /// <summary>Sizes of the buckets that have images.</summary>
    public IReadOnlyList<PixelSize> Sizes { get; }

    /// <summary>Places in the source of the images of every bucket, in the source's order.</summary>
    public IReadOnlyList<int[]> Places { get; }

    /// <summary>Where an image of the source went.</summary>
    /// <param name="place">Place in the source.</param>
    /// <returns>Its bucket, and its place in that.</returns>
    public (int Bucket, int Index) Of(int place) => _where[place];

    /// <summary>Looks at the size of every image, by the headers of the files where there are files, on several threads.</summary>
    /// <param name="source">The images.</param>
    /// <param name="sizes">Sizes of the buckets, at least one.</param>
    /// <exception cref="IOException">A file could not be read for a reason that is no property of it.</exception>
    public static AspectBuckets Assign(IImageSource source, IReadOnlyList<PixelSize> sizes)
    {
        var nearest = new int?[source.Count];
        PixelStore.ForEach(source.Count, i => nearest[i] = SizeOf(source, i) is { } size ? Nearest(size, sizes) : null);
        var counts = nearest.OfType<int>().CountBy(bucket => bucket).ToDictionary();
        // What is broken has no aspect: it goes where most are, one of which will stand for it.
        var largest = counts.Count == 0 ? 0 : counts.MaxBy(pair => (pair.Value, -pair.Key)).Key;
        int[] kept = [.. Enumerable.Range(0, sizes.Count).Where(bucket => bucket == largest || counts.ContainsKey(bucket))];
        var places = kept.Select(bucket => Enumerable.Range(0, source.Count).Where(i => (nearest[i] ?? largest) == bucket).ToArray()).ToArray();
        var where = new (int, int)[source.Count];
        for (var bucket = 0; bucket < places.Length; bucket++)
            for (var i = 0; i < places[bucket].Length; i++) where[places[bucket][i]] = (bucket, i);
        return new AspectBuckets([.. kept.Select(bucket => sizes[bucket])], places, where);
    }

    /// <summary>The bucket whose aspect is nearest by its logarithm, the first of equals: of a wide and a tall image that miss a square as much, as much is cut.</summary>
    /// <param name="image">Size of the image.</param>
    /// <param name="sizes">Sizes of the buckets.</param>
    internal static int Nearest(PixelSize image, IReadOnlyList<PixelSize> sizes)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var i = 0; i < sizes.Count; i++)
        {
            var distance = Math.Abs(Math.Log(image.Aspect) - Math.Log(sizes[i].Aspect));
            if (distance < least - 1e-12) (nearest, least) = (i, distance);
        }
        return nearest;
    }

    private static PixelSize? SizeOf(IImageSource source, int index)
    {
        try
        {
            if ((source as IEncodedImageSource)?.ReadEncoded(index) is { } file) return ImageDecoder.ReadSize(file);
            var image = source.Read(index).Image;
            return new PixelSize(image.Width, image.Height);
        }
        catch (Exception e) when (BrokenImages.IsBroken(e))
        {
            return null;
        }
    }
}

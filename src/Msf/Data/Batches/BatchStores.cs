namespace Msf.Data;

/// <summary>Where the images of batches lie, and which come when: in one store of one size, or in one of every aspect bucket.</summary>
internal sealed class BatchStores
{
    private readonly PixelStore[] _stores;
    private readonly AspectBuckets? _buckets;
    private readonly Func<long, int[], int> _choose;                                          // places from a position on, and their store

    private BatchStores(PixelStore[] stores, IReadOnlyList<PixelSize> sizes, Func<long, int[], int> choose, AspectBuckets? buckets) =>
        (_stores, Sizes, _choose, _buckets) = (stores, sizes, choose, buckets);

    /// <summary>Sizes of the images, one of every store.</summary>
    internal IReadOnlyList<PixelSize> Sizes { get; }

    /// <summary>Whether all images are held decoded in memory.</summary>
    internal bool InMemory => _stores.All(store => store.InMemory);

    /// <summary>All images in one size.</summary>
    /// <param name="source">The images.</param>
    /// <param name="size">The size.</param>
    /// <param name="options">Order and memory.</param>
    /// <param name="broken">Told of broken ones.</param>
    /// <param name="whole">Whether images are wanted as they are, to be cut.</param>
    internal static BatchStores OfOneSize(IImageSource source, PixelSize size, LoaderOptions options, BrokenImages broken, bool whole)
    {
        var order = new BatchOrder(source.Count, options.Seed);
        return new BatchStores(
            [new PixelStore(source, size, options.MemoryBudget, broken, whole: whole)],
            [size],
            (position, into) =>
            {
                order.Indices(position, into);
                return 0;
            },
            null);
    }

    /// <summary>Every image in the bucket of the nearest aspect ratio.</summary>
    /// <param name="source">The images.</param>
    /// <param name="sizes">Sizes of the buckets; those without images are left out.</param>
    /// <param name="options">Order and memory.</param>
    /// <param name="broken">Told of broken ones.</param>
    internal static BatchStores OfBuckets(IImageSource source, IReadOnlyList<PixelSize> sizes, LoaderOptions options, BrokenImages broken)
    {
        var buckets = AspectBuckets.Assign(source, sizes);
        var filled = buckets.Sizes.Zip(buckets.Places).ToArray();
        var needed = filled.Sum(bucket => 3L * bucket.First.Width * bucket.First.Height * bucket.Second.Length);
        var budget = needed <= options.MemoryBudget ? needed : 0;                             // all buckets are kept, or none
        PixelStore[] stores = [.. filled.Select(bucket => new PixelStore(source, bucket.First, budget, broken, places: bucket.Second))];
        return new BatchStores(stores, buckets.Sizes, new BucketOrder([.. stores.Select(store => store.Count)], options.Seed).Choose, buckets);
    }

    /// <summary>The images of a batch: all of one store.</summary>
    /// <param name="position">Place of the first in the order.</param>
    /// <param name="into">Takes their places in the store.</param>
    /// <returns>The store.</returns>
    internal PixelStore Choose(long position, int[] into) => _stores[_choose(position, into)];

    /// <summary>Where images of the source lie.</summary>
    /// <param name="indices">Places in the source, at least one.</param>
    /// <exception cref="ArgumentException">They are of several sizes.</exception>
    internal (PixelStore Store, int[] Places) Locate(int[] indices)
    {
        if (_buckets is null) return (_stores[0], indices);
        var bucket = _buckets.Of(indices[0]).Bucket;
        if (indices.Any(index => _buckets.Of(index).Bucket != bucket)) throw new ArgumentException("the images are of several sizes; ask for those of one (Alike).", nameof(indices));
        return (_stores[bucket], [.. indices.Select(index => _buckets.Of(index).Index)]);
    }

    /// <summary>Images of the source, those of one size together.</summary>
    internal IEnumerable<int[]> Alike(IReadOnlyList<int> indices) =>
        _buckets is null ? [[.. indices]] : indices.GroupBy(index => _buckets.Of(index).Bucket).Select(group => group.ToArray());
}

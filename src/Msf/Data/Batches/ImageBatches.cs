using System.Runtime.ExceptionServices;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// The training loader: batches of images of one size, or of several sizes each of which has batches of its own, in a seeded, shuffled order that can be
/// resumed at any image (of several sizes: at any batch). The same source, sizes, seed and position give the same batch, whatever was read before and by
/// however many threads. Not thread-safe.
/// </summary>
public sealed class ImageBatches : ITrainingBatches
{
    private static readonly float[] _levels = [.. Enumerable.Range(0, 256).Select(value => value / 127.5f - 1)];

    private readonly LoaderOptions _options;
    private readonly BrokenImages _broken;
    private readonly BatchStores _stores;
    private readonly ImageAugmentation _augmentation;
    private readonly long[] _labels;
    private readonly BatchPipeline? _pipeline;
    private readonly SpareBuffers _spare = new(BatchPipeline.Ahead);
    private long _position;

    /// <summary>Decodes the whole source where it fits the budget; otherwise images are decoded whenever they are needed.</summary>
    /// <param name="source">The images; must stay open as long as this is used. The caller disposes it.</param>
    /// <param name="imageSize">Width and height in pixels; images of another size are fitted by <see cref="ImageResizer"/>.</param>
    /// <param name="options">Order, flips, augmentation, memory, threads, tolerance; the defaults when null.</param>
    /// <param name="brokenFound">Told of every broken image once, on the caller's thread, in an order that the batches fix.</param>
    /// <exception cref="ArgumentException">The source has no image, or an option is out of range.</exception>
    /// <exception cref="InvalidDataException">More images are broken than allowed; where images are decoded on demand, reading says so.</exception>
    public ImageBatches(IImageSource source, int imageSize, LoaderOptions? options = null, Action<BrokenImage>? brokenFound = null)
        : this(source, [new PixelSize(imageSize, imageSize)], buckets: false, options, brokenFound)
    {
    }

    /// <summary>Puts every image into the bucket of the nearest aspect ratio; every batch is of one bucket.</summary>
    /// <remarks>
    /// Which bucket a batch is of depends on seed, epoch and batch size. In every epoch every image comes once, but for those that do not fill a
    /// batch of their bucket and come first in the next. Images are looked at once beforehand for their sizes.
    /// </remarks>
    /// <param name="source">The images; must stay open as long as this is used. The caller disposes it.</param>
    /// <param name="sizes">Sizes of the buckets, at least one.</param>
    /// <param name="options">As for one size; without random crops and non-leaky augmentation.</param>
    /// <param name="brokenFound">Told of every broken image once, on the caller's thread, in an order that the batches fix.</param>
    /// <exception cref="ArgumentException">The source has no image, or an option is out of range.</exception>
    /// <exception cref="InvalidDataException">More images are broken than allowed; where images are decoded on demand, reading says so.</exception>
    public ImageBatches(IImageSource source, IReadOnlyList<PixelSize> sizes, LoaderOptions? options = null, Action<BrokenImage>? brokenFound = null)
        : this(source, sizes, buckets: true, options, brokenFound)
    {
    }

    private ImageBatches(IImageSource source, IReadOnlyList<PixelSize> sizes, bool buckets, LoaderOptions? options, Action<BrokenImage>? brokenFound)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (sizes.Count == 0) throw new ArgumentException("no size is given; give at least one.", nameof(sizes));
        foreach (var size in sizes)
            if (size.Width is < 1 or > 8192 || size.Height is < 1 or > 8192) throw new ArgumentOutOfRangeException(nameof(sizes), size, "expected 1 to 8192 pixels a side.");
        _options = options ?? new LoaderOptions();
        if (_options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        if (source.Count == 0) throw new ArgumentException($"{source.Name} has no images: nothing to train on.", nameof(source));
        if (buckets && (_options.Augmentation.RandomResizedCrop is not null || _options.Augmentation.NonLeaky is not null))
            throw new ArgumentException("random crops and non-leaky augmentation make squares, and buckets have other shapes; leave them out.", nameof(options));
        Count = source.Count;
        _labels = [.. Enumerable.Range(0, source.Count).Select(i => (long)source.LabelAt(i))];
        _broken = new BrokenImages(source, _options.MaxBroken, brokenFound);
        _augmentation = new ImageAugmentation(_options);
        _stores = buckets ? BatchStores.OfBuckets(source, sizes, _options, _broken) : BatchStores.OfOneSize(source, sizes[0], _options, _broken, whole: _augmentation.Crops);
        _pipeline = _options.Threads > 0 ? new BatchPipeline(_options.Threads, Plan, Prepare) : null;
    }

    /// <summary>Sizes of the images: one, or one of every bucket that has images.</summary>
    public IReadOnlyList<PixelSize> Sizes => _stores.Sizes;

    /// <summary>Width and height of the images in pixels where they are squares of one size.</summary>
    public int ImageSize => Sizes[0].Width;

    /// <summary>Number of images, which is the length of an epoch; broken ones count, since others stand for them.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Shape => [3, Sizes[0].Height, Sizes[0].Width];

    /// <summary>Whether all images are held decoded in memory.</summary>
    public bool InMemory => _stores.InMemory;

    /// <summary>The broken images met so far.</summary>
    public IReadOnlyList<BrokenImage> Broken => _broken.All;

    /// <inheritdoc/>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public Batch Next(int size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var batch = _pipeline?.Take(_position, size, cancellation) ?? PrepareHere(Plan(_position, size));
        var result = Finish(batch);
        _position += size;
        return result;
    }

    /// <inheritdoc/>
    public Batch At(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("No index given: ask for at least one image.", nameof(indices));
        foreach (var index in indices)
            if (index < 0 || index >= Count)
                throw new ArgumentException($"There is no image {index}: indices go from 0 to {Count - 1}.", nameof(indices));
        var (store, places) = _stores.Locate(indices.ToArray());
        var batch = new PreparedBatch(position: -1, places, Room(places.Length, store), store, augmented: false);
        PixelStore.ForEach(batch.Size, i => Load(batch, i));
        return Finish(batch);
    }

    /// <inheritdoc/>
    public IEnumerable<int[]> Alike(IReadOnlyList<int> indices) => _stores.Alike(indices);

    /// <summary>Ends the loader threads. Batches that were handed out stay whose they are; the source stays open.</summary>
    public void Dispose() => _pipeline?.Dispose();

    private PreparedBatch Plan(long position, int size)
    {
        var indices = new int[size];
        var store = _stores.Choose(position, indices);
        return new PreparedBatch(position, indices, Room(size, store), store, _augmentation.Labels);
    }

    private float[] Room(int size, PixelStore store) => _spare.Take((long)size * store.ImageBytes);

    private PreparedBatch PrepareHere(PreparedBatch batch)
    {
        for (var i = 0; i < batch.Size; i++) Prepare(batch, i);
        return batch;
    }

    private void Prepare(PreparedBatch batch, int image)
    {
        var position = batch.Position + image;
        var values = _augmentation.Crops ? LoadPart(batch, image, position) : Load(batch, image);
        var label = _augmentation.Labels ? batch.AugmentationLabels.AsSpan(image * AugmentationLabel.Size, AugmentationLabel.Size) : [];
        _augmentation.Apply(values, batch.Store.Size.Width, position, label);
    }

    private Span<float> Load(PreparedBatch batch, int image)
    {
        var (pixels, index) = batch.Store.Read(batch.Indices[image], out var broken);
        var values = Take(batch, image, index, broken);
        var levels = pixels.Span;
        for (var i = 0; i < levels.Length; i++) values[i] = _levels[levels[i]];
        return values;
    }

    private Span<float> LoadPart(PreparedBatch batch, int image, long position)
    {
        var (whole, index) = batch.Store.ReadWhole(batch.Indices[image], out var broken);
        var values = Take(batch, image, index, broken);
        var pixels = _augmentation.Crop(whole, ImageSize, position).Pixels;                   // (H, W, 3)
        var plane = values.Length / 3;
        for (var i = 0; i < pixels.Length; i++) values[i % 3 * plane + i / 3] = _levels[pixels[i]];
        return values;
    }

    // Notes what the image in a place of the batch is; gives the room for its values, (3, H, W).
    private Span<float> Take(PreparedBatch batch, int image, int index, IReadOnlyList<BrokenImageAt> broken)
    {
        batch.AddBroken(image, broken);
        batch.Labels[image] = _labels[index];
        return batch.Values.AsSpan(image * batch.Store.ImageBytes, batch.Store.ImageBytes);
    }

    private Batch Finish(PreparedBatch batch)
    {
        if (batch.Fault is { } fault) ExceptionDispatchInfo.Throw(fault);
        _broken.Add(batch.Broken);
        var images = empty([batch.Size, 3, batch.Store.Size.Height, batch.Store.Size.Width], ScalarType.Float32, CPU);  // (B, 3, H, W)
        TensorBytes.Fill(images, batch.Values);
        _spare.Return(batch.Values);
        var augmentation = batch.AugmentationLabels;
        return new Batch(images, tensor(batch.Labels, device: CPU))
        {
            AugmentationLabels = augmentation.Length > 0 ? tensor(augmentation, [batch.Size, AugmentationLabel.Size], device: CPU) : null,
        };
    }
}

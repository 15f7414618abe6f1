using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// The training loader: batches of square images in a seeded, shuffled order that can be resumed at any image. The same source,
/// size, seed and position give the same batch, whatever was read before and by however many threads. Not thread-safe.
/// </summary>
public sealed class ImageBatches : ITrainingBatches
{
    private static readonly float[] _levels = [.. Enumerable.Range(0, 256).Select(value => value / 127.5f - 1)];

    private readonly LoaderOptions _options;
    private readonly BrokenImages _broken;
    private readonly PixelStore _pixels;
    private readonly ImageAugmentation _augmentation;
    private readonly BatchOrder _order;
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
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, 8192);
        _options = options ?? new LoaderOptions();
        if (_options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        if (source.Count == 0) throw new ArgumentException($"{source.Name} has no images: nothing to train on.", nameof(source));
        ImageSize = imageSize;
        _order = new BatchOrder(source.Count, _options.Seed);
        _labels = [.. Enumerable.Range(0, source.Count).Select(i => (long)source.LabelAt(i))];
        _broken = new BrokenImages(source, _options.MaxBroken, brokenFound);
        _augmentation = new ImageAugmentation(_options);
        _pixels = new PixelStore(source, imageSize, _options.MemoryBudget, _broken, whole: _augmentation.Crops);
        _pipeline = _options.Threads > 0 ? new BatchPipeline(_options.Threads, Plan, Prepare) : null;
    }

    /// <summary>Width and height of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Number of images, which is the length of an epoch; broken ones count, since others stand for them.</summary>
    public int Count => _order.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> Shape => [3, ImageSize, ImageSize];

    /// <summary>Whether all images are held decoded in memory.</summary>
    public bool InMemory => _pixels.InMemory;

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
        var batch = new PreparedBatch(position: -1, indices.ToArray(), Room(indices.Length), augmented: false);
        PixelStore.ForEach(batch.Size, i => Load(batch, i));
        return Finish(batch);
    }

    /// <summary>Ends the loader threads. Batches that were handed out stay whose they are; the source stays open.</summary>
    public void Dispose() => _pipeline?.Dispose();

    private PreparedBatch Plan(long position, int size)
    {
        var indices = new int[size];
        _order.Indices(position, indices);
        return new PreparedBatch(position, indices, Room(size), _augmentation.Labels);
    }

    private float[] Room(int size) => _spare.Take((long)size * _pixels.ImageBytes);

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
        _augmentation.Apply(values, ImageSize, position, label);
    }

    private Span<float> Load(PreparedBatch batch, int image)
    {
        var (pixels, index) = _pixels.Read(batch.Indices[image], out var broken);
        var values = Take(batch, image, index, broken);
        var levels = pixels.Span;
        for (var i = 0; i < levels.Length; i++) values[i] = _levels[levels[i]];
        return values;
    }

    private Span<float> LoadPart(PreparedBatch batch, int image, long position)
    {
        var (whole, index) = _pixels.ReadWhole(batch.Indices[image], out var broken);
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
        return batch.Values.AsSpan(image * _pixels.ImageBytes, _pixels.ImageBytes);
    }

    private Batch Finish(PreparedBatch batch)
    {
        if (batch.Fault is { } fault) ExceptionDispatchInfo.Throw(fault);
        _broken.Add(batch.Broken);
        var images = empty([batch.Size, 3, ImageSize, ImageSize], ScalarType.Float32, CPU);   // (B, 3, H, W)
        MemoryMarshal.AsBytes(batch.Values.AsSpan()).CopyTo(images.bytes);
        _spare.Return(batch.Values);
        var augmentation = batch.AugmentationLabels;
        return new Batch(images, tensor(batch.Labels, device: CPU))
        {
            AugmentationLabels = augmentation.Length > 0 ? tensor(augmentation, [batch.Size, AugmentationLabel.Size], device: CPU) : null,
        };
    }
}

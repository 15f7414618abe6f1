using System.Runtime.InteropServices;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// The training loader: batches of square images in a seeded, shuffled order that can be resumed at any image. The same source,
/// size, seed and position give the same batch, whatever was read before. Not thread-safe.
/// </summary>
public sealed class ImageBatches
{
    /// <summary>Bytes of decoded images kept in memory unless told otherwise: 2 GiB.</summary>
    public const long DefaultMemoryBudget = 2L << 30;

    // Flips and order come from different streams of the same seed.
    private const long FlipStream = 0x466C6970;    // "Flip" in ASCII

    private static readonly float[] _levels = [.. Enumerable.Range(0, 256).Select(value => value / 127.5f - 1)];

    private readonly PixelStore _pixels;
    private readonly BatchOrder _order;
    private readonly long[] _labels;
    private readonly bool _flip;
    private long _position;

    /// <summary>Decodes the whole source where it fits the budget; otherwise images are decoded whenever they are needed.</summary>
    /// <param name="source">The images; must stay open as long as this is used. The caller disposes it.</param>
    /// <param name="imageSize">Width and height in pixels; images of another size are fitted by <see cref="ImageResizer"/>.</param>
    /// <param name="seed">Chooses order and flips.</param>
    /// <param name="horizontalFlip">Whether half of the images, chosen anew in each epoch, are mirrored left to right.</param>
    /// <param name="memoryBudget">Most bytes of decoded images to keep.</param>
    /// <exception cref="ArgumentException">The source has no image, or the size is out of range.</exception>
    /// <exception cref="InvalidDataException">An image is damaged; where images are decoded on demand, reading says so.</exception>
    public ImageBatches(
        IImageSource source, int imageSize, long seed = 0, bool horizontalFlip = false, long memoryBudget = DefaultMemoryBudget)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, 8192);
        if (source.Count == 0) throw new ArgumentException($"{source.Name} has no images: nothing to train on.", nameof(source));
        ImageSize = imageSize;
        _flip = horizontalFlip;
        _order = new BatchOrder(source.Count, seed);
        _labels = [.. Enumerable.Range(0, source.Count).Select(i => (long)source.LabelAt(i))];
        _pixels = new PixelStore(source, imageSize, memoryBudget);
    }

    /// <summary>Width and height of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Number of images, which is the length of an epoch.</summary>
    public int Count => _order.Count;

    /// <summary>Whether all images are held decoded in memory.</summary>
    public bool InMemory => _pixels.InMemory;

    /// <summary>Images visited so far; set it to go on from there. Epoch e begins at e x <see cref="Count"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a negative number.</exception>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>The batch at the present position; the position then moves on by its size.</summary>
    /// <param name="size">Number of images, at least 1; a batch may reach over the end of an epoch.</param>
    /// <returns>Images in [-1, 1] and labels, owned by the caller's dispose scope or by the caller.</returns>
    /// <exception cref="InvalidDataException">An image is damaged; the message names it.</exception>
    public Batch Next(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var indices = new int[size];
        _order.Indices(_position, indices);
        var first = _position;
        var images = Fill(indices, i => _flip && (SeededNoise.Mix(_order.Seed, FlipStream, first + i) & 1) != 0);
        _position += size;
        return new Batch(images, Labels(indices));
    }

    /// <summary>Images by index, never mirrored.</summary>
    /// <param name="indices">Places in the source, at least one.</param>
    /// <returns>float32 (B, 3, H, W) in [-1, 1], owned by the caller's dispose scope or by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such image, or no index.</exception>
    /// <exception cref="InvalidDataException">An image is damaged; the message names it.</exception>
    public Tensor Images(ReadOnlySpan<int> indices) => Fill(Checked(indices), _ => false);

    /// <summary>Labels by index.</summary>
    /// <param name="indices">Places in the source, at least one.</param>
    /// <returns>int64 (B), owned by the caller's dispose scope or by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such image, or no index.</exception>
    public Tensor Labels(ReadOnlySpan<int> indices) =>
        tensor(Array.ConvertAll(Checked(indices), index => _labels[index]), device: CPU);

    private int[] Checked(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("No index given: ask for at least one image.", nameof(indices));
        foreach (var index in indices)
            if (index < 0 || index >= Count)
                throw new ArgumentException($"There is no image {index}: indices go from 0 to {Count - 1}.", nameof(indices));
        return indices.ToArray();
    }

    private Tensor Fill(int[] indices, Func<int, bool> mirrored)
    {
        var values = new float[(long)indices.Length * _pixels.ImageBytes];
        _pixels.Read(indices, (i, pixels) =>
        {
            var target = values.AsSpan(i * _pixels.ImageBytes, _pixels.ImageBytes);
            var source = pixels.Span;
            for (var p = 0; p < source.Length; p++) target[p] = _levels[source[p]];
            if (!mirrored(i)) return;
            for (var row = 0; row < target.Length; row += ImageSize) target.Slice(row, ImageSize).Reverse();
        });
        var images = empty([indices.Length, 3, ImageSize, ImageSize], ScalarType.Float32, CPU);    // (B, 3, H, W)
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(images.bytes);
        return images;
    }
}

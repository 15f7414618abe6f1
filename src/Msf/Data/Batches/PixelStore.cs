using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Msf.Data;

/// <summary>
/// The images of a source as squares of one size, uint8 (3, size, size) each: all decoded at once into one array where they fit
/// a budget, else decoded each time they are asked for.
/// </summary>
internal sealed class PixelStore
{
    private readonly IImageSource _source;
    private readonly int _size;
    private readonly byte[]? _all;

    public PixelStore(IImageSource source, int size, long memoryBudget)
    {
        _source = source;
        _size = size;
        ImageBytes = 3 * size * size;
        var needed = (long)source.Count * ImageBytes;
        if (needed > Math.Min(memoryBudget, Array.MaxLength)) return;
        var all = new byte[needed];
        ForEach(source.Count, i => Decode(i, all.AsSpan(i * ImageBytes, ImageBytes)));
        _all = all;
    }

    /// <summary>Bytes of one image.</summary>
    public int ImageBytes { get; }

    /// <summary>Whether all images are held decoded.</summary>
    public bool InMemory => _all is not null;

    /// <summary>Gives images by index, in the order asked for, to <paramref name="use"/>: place in the list, and pixels.</summary>
    public void Read(int[] indices, Action<int, ReadOnlyMemory<byte>> use)
    {
        if (_all is not null)
        {
            for (var i = 0; i < indices.Length; i++) use(i, _all.AsMemory(indices[i] * ImageBytes, ImageBytes));
            return;
        }
        ForEach(indices.Length, i =>
        {
            var pixels = new byte[ImageBytes];
            Decode(indices[i], pixels);
            use(i, pixels);
        });
    }

    // The first broken image in order is reported, whichever thread met one first.
    private static void ForEach(int count, Action<int> body)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, count, (i, loop) =>
        {
            try
            {
                body(i);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                failures[i] = e;
                loop.Break();
            }
        });
        if (!failures.IsEmpty) ExceptionDispatchInfo.Throw(failures[failures.Keys.Min()]);
    }

    private void Decode(int index, Span<byte> into)
    {
        var pixels = ImageResizer.Fit(_source.Read(index).Image, _size).Pixels;    // (H, W, 3)
        var plane = _size * _size;
        for (var i = 0; i < plane; i++)
        {
            into[i] = pixels[3 * i];
            into[plane + i] = pixels[3 * i + 1];
            into[2 * plane + i] = pixels[3 * i + 2];                                // (3, H, W)
        }
    }
}

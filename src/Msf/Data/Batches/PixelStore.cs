using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Msf.Data;

/// <summary>
/// The images of a source, or some of them, in one size, uint8 (3, height, width) each: all decoded at once into one array where they fit
/// a budget, else decoded each time they are asked for. A broken image is replaced by the next good one in the order of the source (which
/// is mostly one of the same class), so that what stands for it depends on the source alone. May be used from several threads at once.
/// </summary>
internal sealed class PixelStore
{
    private readonly IImageSource _source;
    private readonly int[]? _places;
    private readonly BrokenImages _limit;
    private readonly ConcurrentDictionary<int, BrokenImage> _broken = new();
    private readonly DecodedImages _decoded;
    private readonly byte[]? _all;

    /// <param name="source">The images.</param>
    /// <param name="size">Size in pixels.</param>
    /// <param name="memoryBudget">Most bytes to keep.</param>
    /// <param name="limit">How many broken images are allowed.</param>
    /// <param name="whole">Whether images are mostly wanted in their own size: then these are what is kept.</param>
    /// <param name="places">Places in the source of the images that this holds, in order; all of it when null.</param>
    /// <exception cref="InvalidDataException">All images were decoded, and too many are broken.</exception>
    public PixelStore(IImageSource source, PixelSize size, long memoryBudget, BrokenImages limit, bool whole = false, int[]? places = null)
    {
        (_source, Size, _limit, _places, Count) = (source, size, limit, places, places?.Length ?? source.Count);
        _decoded = new DecodedImages(source, whole ? memoryBudget : 0);
        ImageBytes = 3 * size.Width * size.Height;
        var needed = (long)Count * ImageBytes;
        if (whole || needed > Math.Min(memoryBudget, Array.MaxLength)) return;
        var all = new byte[needed];
        ForEach(Count, i => TryDecode(i, all.AsMemory(i * ImageBytes, ImageBytes)));
        limit.Add(_broken.OrderBy(entry => entry.Key).Select(entry => new BrokenImageAt(PlaceOf(entry.Key), entry.Value)));
        _all = all;
    }

    /// <summary>Size of the images.</summary>
    public PixelSize Size { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Bytes of one image.</summary>
    public int ImageBytes { get; }

    /// <summary>Whether all images are held decoded.</summary>
    public bool InMemory => _all is not null;

    /// <summary>Gives an image, or the next good one after it.</summary>
    /// <param name="index">Place among those that this holds.</param>
    /// <param name="broken">The broken images passed over, in order; empty where the image itself is good.</param>
    /// <returns>The pixels, and the place in the source of the image that they are of.</returns>
    /// <exception cref="InvalidDataException">More broken images follow one another than are allowed in all.</exception>
    public (ReadOnlyMemory<byte> Pixels, int Index) Read(int index, out IReadOnlyList<BrokenImageAt> broken)
    {
        if (_all is not null)
        {
            var kept = FirstGood(index, _ => true, out broken);
            return (_all.AsMemory(kept * ImageBytes, ImageBytes), PlaceOf(kept));
        }
        var pixels = new byte[ImageBytes];
        return (pixels, PlaceOf(FirstGood(index, at => TryDecode(at, pixels), out broken)));
    }

    /// <summary>Gives an image in its own size, or the next good one after it; good are the same images as for <see cref="Read"/>.</summary>
    /// <inheritdoc cref="Read" path="/param"/>
    /// <inheritdoc cref="Read" path="/exception"/>
    /// <returns>The image, which nobody may change, and its place in the source.</returns>
    public (RgbImage Image, int Index) ReadWhole(int index, out IReadOnlyList<BrokenImageAt> broken)
    {
        RgbImage? image = null;
        var good = FirstGood(index, at => Try(at, () => ImageResizer.IntermediateSize(image = _decoded.Read(PlaceOf(at)), Size)), out broken);
        return (image!, PlaceOf(good));
    }

    // A property of the chain alone, whichever thread looks at it: no batch fails for what another has met.
    private int FirstGood(int index, Func<int, bool> isGood, out IReadOnlyList<BrokenImageAt> broken)
    {
        broken = [];
        for (var at = index; ; at = (at + 1) % Count)
        {
            if (!_broken.ContainsKey(at) && isGood(at)) return at;
            broken = [.. broken, new BrokenImageAt(PlaceOf(at), _broken[at])];
            if (broken.Count > _limit.Allowed || broken.Count == Count) throw _limit.TooMany([.. broken.Select(met => met.Image)]);
        }
    }

    /// <summary>Calls <paramref name="body"/> on several threads; where it throws, the exception of the lowest number is thrown.</summary>
    public static void ForEach(int count, Action<int> body)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, count, (i, loop) =>
        {
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                failures[i] = e;
                loop.Break();
            }
        });
        if (!failures.IsEmpty) ExceptionDispatchInfo.Throw(failures[failures.Keys.Min()]);
    }

    private int PlaceOf(int index) => _places is null ? index : _places[index];

    private bool TryDecode(int index, Memory<byte> into) => Try(index, () => Decode(index, into.Span));

    private bool Try(int index, Action use)
    {
        try
        {
            use();
            return true;
        }
        catch (Exception e) when (BrokenImages.IsBroken(e))
        {
            _broken.TryAdd(index, BrokenImage.From(_source.NameAt(PlaceOf(index)), e));
            return false;
        }
    }

    private void Decode(int index, Span<byte> into)
    {
        var pixels = ImageResizer.Fit(_decoded.Read(PlaceOf(index)), Size).Pixels;   // (H, W, 3)
        var plane = Size.Width * Size.Height;
        for (var i = 0; i < plane; i++)
        {
            into[i] = pixels[3 * i];
            into[plane + i] = pixels[3 * i + 1];
            into[2 * plane + i] = pixels[3 * i + 2];                                // (3, H, W)
        }
    }
}

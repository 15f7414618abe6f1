namespace Msf.Data;

/// <summary>
/// The images of a source in their own sizes; those that were decoded first are kept, as many as a budget holds. What is kept changes nothing but
/// the time it takes. May be used from several threads at once.
/// </summary>
/// <param name="source">The images.</param>
/// <param name="memoryBudget">Most bytes to keep.</param>
internal sealed class DecodedImages(IImageSource source, long memoryBudget)
{
    private readonly RgbImage?[] _kept = new RgbImage?[memoryBudget > 0 ? source.Count : 0];
    private long _left = memoryBudget;

    /// <summary>Gives an image, which nobody may change.</summary>
    /// <param name="index">Place in the source.</param>
    public RgbImage Read(int index)
    {
        if (_kept.Length > 0 && Volatile.Read(ref _kept[index]) is { } kept) return kept;
        var image = source.Read(index).Image;
        if (_kept.Length > 0 && Interlocked.Add(ref _left, -image.Pixels.LongLength) >= 0) Volatile.Write(ref _kept[index], image);
        return image;
    }
}

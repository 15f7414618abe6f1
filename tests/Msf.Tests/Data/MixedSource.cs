using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Images of many shapes whose red is their place in the source, so that a test sees which image it has.</summary>
internal sealed class MixedSource(IReadOnlyList<PixelSize> sizes, params int[] broken) : IImageSource
{
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    public string Name => "mixed";

    public int Count => sizes.Count;

    public IReadOnlyList<ImageClass> Classes { get; } = [new ImageClass("even", 0), new ImageClass("odd", 0)];

    public int LabelAt(int index) => index % 2;

    public string NameAt(int index) => $"image {index}";

    public LabeledImage Read(int index)
    {
        Interlocked.Increment(ref _reads);
        if (broken.Contains(index)) throw new InvalidDataException($"image {index} is damaged. Replace it.");
        return new LabeledImage(Pictures.Plain(sizes[index].Width, sizes[index].Height, (byte)index, 0, 0), LabelAt(index), NameAt(index));
    }

    public void Dispose()
    {
    }

    /// <summary>Wide, tall and square images in turn, in other numbers each.</summary>
    public static PixelSize[] Shapes(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => (i % 7) switch { 0 or 1 => new PixelSize(30, 14), 2 => new PixelSize(9, 20), _ => new PixelSize(17, 16) }),
    ];
}

namespace Msf.Data;

/// <summary>Some images of another source, with the labels and classes that they have there.</summary>
/// <param name="source">The whole set; disposed by whoever opened it.</param>
/// <param name="indices">Places of the images to keep.</param>
public sealed class ImageSubset(IImageSource source, IReadOnlyList<int> indices) : IImageSource, IEncodedImageSource
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; } = Counted(source, indices);

    /// <inheritdoc/>
    public int LabelAt(int index) => source.LabelAt(indices[index]);

    /// <inheritdoc/>
    public string NameAt(int index) => source.NameAt(indices[index]);

    /// <inheritdoc/>
    public LabeledImage Read(int index) => source.Read(indices[index]);

    byte[]? IEncodedImageSource.ReadEncoded(int index) => (source as IEncodedImageSource)?.ReadEncoded(indices[index]);

    /// <summary>Does nothing: the whole set is disposed by whoever opened it.</summary>
    public void Dispose()
    {
    }

    private static ImageClass[] Counted(IImageSource source, IReadOnlyList<int> indices)
    {
        var counts = indices.CountBy(source.LabelAt).ToDictionary();
        return [.. source.Classes.Select((known, label) => known with { Count = counts.GetValueOrDefault(label) })];
    }
}

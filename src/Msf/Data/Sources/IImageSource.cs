namespace Msf.Data;

/// <summary>
/// A labelled image set. The order of classes and images is the same on every machine and in every run. All members may be
/// used from several threads at once.
/// </summary>
public interface IImageSource : IDisposable
{
    /// <summary>What was opened, as the user would name it.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>The classes; a label is a place in this list.</summary>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>The label of an image, without decoding it.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public int LabelAt(int index);

    /// <summary>The name of an image, without decoding it: a path below the source, or a file and a row.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public string NameAt(int index);

    /// <summary>Decodes an image in its own size.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <returns>The image; the caller owns its pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="InvalidDataException">The image is damaged; the message names it and says what is wrong.</exception>
    public LabeledImage Read(int index);
}

namespace Msf.Data;

/// <summary>A labelled image set.</summary>
public interface IImageSource : ILabeledSet
{
    /// <summary>Decodes an image in its own size.</summary>
    /// <param name="index">0 to <see cref="ILabeledSet.Count"/> - 1.</param>
    /// <returns>The image; the caller owns its pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="InvalidDataException">The image is damaged; the message names it and says what is wrong.</exception>
    public LabeledImage Read(int index);
}

namespace Msf.Data;

/// <summary>A source whose images are files of a known format, which can be passed on as they are.</summary>
internal interface IEncodedImageSource
{
    /// <summary>An image's file, undecoded and unchecked.</summary>
    /// <param name="index">0 to <see cref="ILabeledSet.Count"/> - 1.</param>
    /// <returns>The bytes, the caller's; null where the source has no files after all.</returns>
    /// <exception cref="InvalidDataException">It is out of reach; the message names it.</exception>
    public byte[]? ReadEncoded(int index);
}

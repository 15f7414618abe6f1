namespace Msf.Data;

/// <summary>One image of a set with what the set says about it.</summary>
/// <param name="Image">The pixels, 8-bit RGB.</param>
/// <param name="Label">Place of its class in <see cref="ILabeledSet.Classes"/>.</param>
/// <param name="Name">Where it came from, for messages: a path below the source, or a file and a row.</param>
public readonly record struct LabeledImage(RgbImage Image, int Label, string Name)
{
    /// <summary>Rows from top to bottom, RGB interleaved, uint8 (height, width, 3). Not a copy.</summary>
    public byte[] Pixels => Image.Pixels;

    /// <summary>Width in pixels.</summary>
    public int Width => Image.Width;

    /// <summary>Height in pixels.</summary>
    public int Height => Image.Height;
}

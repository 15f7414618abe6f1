namespace Msf.Data;

/// <summary>Mirrors images in place, exactly.</summary>
internal static class ImageMirror
{
    /// <summary>Mirrors left to right.</summary>
    /// <param name="values">Planes of rows, (C, H, width).</param>
    /// <param name="width">Length of a row.</param>
    public static void LeftToRight(Span<float> values, int width)
    {
        for (var row = 0; row < values.Length; row += width) values.Slice(row, width).Reverse();
    }

    /// <summary>Mirrors squares top to bottom.</summary>
    /// <param name="values">Planes of rows, (C, size, size).</param>
    /// <param name="size">Width and height.</param>
    public static void TopToBottom(Span<float> values, int size)
    {
        for (var plane = 0; plane < values.Length; plane += size * size) values.Slice(plane, size * size).Reverse();
        LeftToRight(values, size);                                                            // reversed planes are mirrored both ways
    }
}

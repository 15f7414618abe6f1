namespace Msf.Data;

/// <summary>Mirrors images in place, exactly.</summary>
internal static class ImageMirror
{
    /// <summary>Mirrors left to right.</summary>
    /// <param name="values">Planes of rows, (C, size, size).</param>
    /// <param name="size">Width and height.</param>
    public static void LeftToRight(Span<float> values, int size)
    {
        for (var row = 0; row < values.Length; row += size) values.Slice(row, size).Reverse();
    }

    /// <summary>Mirrors top to bottom.</summary>
    /// <inheritdoc cref="LeftToRight" path="/param"/>
    public static void TopToBottom(Span<float> values, int size)
    {
        for (var plane = 0; plane < values.Length; plane += size * size) values.Slice(plane, size * size).Reverse();
        LeftToRight(values, size);                                                            // reversed planes are mirrored both ways
    }
}

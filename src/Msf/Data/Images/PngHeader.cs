using System.Buffers.Binary;

namespace Msf.Data;

/// <summary>What the IHDR chunk of a PNG file says (PNG specification, section 11.2.1).</summary>
/// <param name="Width">Width in pixels, at least 1.</param>
/// <param name="Height">Height in pixels, at least 1.</param>
/// <param name="BitDepth">Bits per sample: 1, 2, 4, 8 or 16.</param>
/// <param name="ColorType">0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.</param>
/// <param name="Interlaced">Whether the rows come in the seven passes of Adam7.</param>
public readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColorType, bool Interlaced)
{
    /// <summary>Bytes of the IHDR chunk's body.</summary>
    internal const int Length = 13;

    // First column, first row, column step, row step of each Adam7 pass.
    private static readonly (int X, int Y, int Dx, int Dy)[] _adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Reads and checks the body of an IHDR chunk.</summary>
    /// <exception cref="InvalidDataException">A member has an illegal value; the message says which, without the file's name.</exception>
    internal static PngHeader Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length != Length) throw new InvalidDataException($"its IHDR chunk has {body.Length} bytes, expected {Length}");
        var width = BinaryPrimitives.ReadUInt32BigEndian(body);
        var height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new InvalidDataException($"its size is {width}x{height}, each side must be 1 to {int.MaxValue}");
        if ((ulong)width * height > ImageDecoder.MaximumPixels)
            throw new InvalidDataException(
                $"its size is {width}x{height}, more than the {ImageDecoder.MaximumPixels} pixels accepted");

        int depth = body[8], color = body[9];
        var legal = color switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            3 => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        if (!legal) throw new InvalidDataException($"bit depth {depth} with colour type {color} is not a legal combination");
        if (body[10] != 0) throw new InvalidDataException($"its compression method is {body[10]}, only 0 exists");
        if (body[11] != 0) throw new InvalidDataException($"its filter method is {body[11]}, only 0 exists");
        if (body[12] > 1) throw new InvalidDataException($"its interlace method is {body[12]}, only 0 and 1 exist");
        return new PngHeader((int)width, (int)height, depth, color, body[12] == 1);
    }

    /// <summary>Rows of the inflated pixel data, pass by pass: how many rows, and bytes in each with its filter byte.</summary>
    internal IEnumerable<(int Rows, long RowBytes)> Passes()
    {
        if (!Interlaced)
        {
            yield return (Height, RowBytes(Width));
            yield break;
        }
        foreach (var (x, y, dx, dy) in _adam7)
        {
            var columns = (int)(((long)Width - x + dx - 1) / dx);
            var rows = (int)(((long)Height - y + dy - 1) / dy);
            if (columns > 0 && rows > 0) yield return (rows, RowBytes(columns));
        }
    }

    private long RowBytes(int columns)
    {
        var samples = ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        return 1 + ((long)columns * samples * BitDepth + 7) / 8;
    }
}

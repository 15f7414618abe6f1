using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Msf.Data;

/// <summary>
/// Encodes 8-bit RGB images as PNG. Our own, because the decoder's library writes no text chunks and the same pixels must give
/// the same bytes under every version of it.
/// </summary>
internal static class PngEncoder
{
    private const int PixelBytes = 3;

    /// <summary>The whole file.</summary>
    /// <exception cref="ArgumentException">A keyword is not legal.</exception>
    public static byte[] Encode(RgbImage image, IReadOnlyDictionary<string, string> text)
    {
        var header = new byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8;    // bit depth
        header[9] = 2;    // RGB

        using var file = new MemoryStream();
        file.Write(PngChunk.Signature);
        WriteChunk(file, "IHDR", header);
        foreach (var (keyword, value) in text) WriteText(file, keyword, value);
        WriteChunk(file, "IDAT", Compress(image));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void WriteText(MemoryStream file, string keyword, string value)
    {
        if (keyword.Length is 0 or > 79 || keyword != keyword.Trim() || keyword.Any(c => c is < ' ' or > '~' and < '\u00A1' or > '\u00FF'))
            throw new ArgumentException($"\"{keyword}\" cannot be a PNG keyword: expected 1 to 79 printable Latin-1 characters.");
        var key = Encoding.Latin1.GetBytes(keyword);
        var plain = value.All(c => c is '\n' or >= ' ' and <= '~' or >= '\u00A0' and <= '\u00FF');
        if (plain) WriteChunk(file, "tEXt", [.. key, 0, .. Encoding.Latin1.GetBytes(value)]);
        else WriteChunk(file, "iTXt", [.. key, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(value)]);    // not compressed, no language
    }

    private static void WriteChunk(MemoryStream file, string type, ReadOnlySpan<byte> body)
    {
        var typed = new byte[4 + body.Length];
        Encoding.ASCII.GetBytes(type, typed);
        body.CopyTo(typed.AsSpan(4));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        file.Write(number);
        file.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(typed));
        file.Write(number);
    }

    private static byte[] Compress(RgbImage image)
    {
        var rowBytes = PixelBytes * image.Width;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var above = new byte[rowBytes];
            var filtered = new byte[rowBytes];
            var best = new byte[rowBytes];
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Pixels.AsSpan(y * rowBytes, rowBytes);
                zlib.WriteByte(Filter(row, above, filtered, best));
                zlib.Write(best);
                row.CopyTo(above);
            }
        }
        return compressed.ToArray();
    }

    // The customary choice: the filter whose differences, taken as signed numbers, have the smallest sum of magnitudes.
    private static byte Filter(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> filtered, Span<byte> best)
    {
        byte chosen = 0;
        var least = long.MaxValue;
        for (byte filter = 0; filter <= 4; filter++)
        {
            long sum = 0;
            for (var i = 0; i < row.Length; i++)
            {
                int left = i < PixelBytes ? 0 : row[i - PixelBytes], up = above[i], corner = i < PixelBytes ? 0 : above[i - PixelBytes];
                var predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
                filtered[i] = (byte)(row[i] - predicted);
                sum += Math.Abs((int)(sbyte)filtered[i]);
            }
            if (sum >= least) continue;
            least = sum;
            chosen = filter;
            filtered.CopyTo(best);
        }
        return chosen;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        int toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}

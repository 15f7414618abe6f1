using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>Writes PNG files chunk by chunk, of every kind that there is, and signs damaged ones again.</summary>
internal static class PngBuilder
{
    private const int Overhead = 12;

    /// <summary>A file of pixels that grow from row to row.</summary>
    public static byte[] Of(int width, int height, byte depth, byte color, bool interlaced, params (string Type, byte[] Body)[] extra)
    {
        var header = new byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, color, (byte)(interlaced ? 1 : 0));
        return Of(header, Rows(PngHeader.Parse(header)), color == 3 ? [("PLTE", [0, 0, 0, 255, 255, 255]), .. extra] : extra);
    }

    /// <summary>A file of a header and inflated rows as they are given.</summary>
    public static byte[] Of(byte[] header, byte[] rows, params (string Type, byte[] Body)[] extra) =>
        [.. PngChunk.Signature, .. Chunk("IHDR", header), .. extra.SelectMany(chunk => Chunk(chunk.Type, chunk.Body)), .. Chunk("IDAT", Compress(rows)), .. Chunk("IEND", [])];

    /// <summary>The rows of a header's image, each with its filter.</summary>
    public static byte[] Rows(PngHeader header)
    {
        var rows = new List<byte>();
        foreach (var (count, bytes) in header.Passes())
            for (var row = 0; row < count; row++)
                rows.AddRange(Enumerable.Range(0, (int)bytes).Select(i => i == 0 ? (byte)(row % 5) : (byte)(i * 7 + row)));
        return [.. rows];
    }

    /// <summary>Gives every chunk whose length fits the checksum of its bytes.</summary>
    public static byte[] Sign(byte[] file)
    {
        for (var at = PngChunk.Signature.Length; at + Overhead <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - Overhead) break;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Crc32.Of(file.AsSpan(at + 4, 4 + (int)length)));
            at += Overhead + (int)length;
        }
        return file;
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] typed = [.. Encoding.Latin1.GetBytes(type), .. body];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(typed));
        return [.. length, .. typed, .. checksum];
    }

    private static byte[] Compress(byte[] rows)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        return compressed.ToArray();
    }
}

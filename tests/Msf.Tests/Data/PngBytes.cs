using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Builds PNG files chunk by chunk, with right lengths and checksums, for faults that no encoder writes.</summary>
internal static class PngBytes
{
    public static byte[] File(IEnumerable<(string Type, byte[] Body)> chunks) =>
        [.. PngChunk.Signature, .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Body))];

    /// <summary>A sensible body for a chunk of a 1x1 RGB image.</summary>
    public static byte[] Body(string type) => type switch
    {
        "IHDR" => [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0],
        "PLTE" => [1, 2, 3],
        "IDAT" => Deflate([0, 10, 20, 30]),
        _ => [],
    };

    public static byte[] Deflate(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal)) zlib.Write(bytes);
        return compressed.ToArray();
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. body];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(typed));
        return [.. length, .. typed, .. checksum];
    }
}

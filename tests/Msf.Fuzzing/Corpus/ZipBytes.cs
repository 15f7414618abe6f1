using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>Writes zip archives whose bytes depend on their records alone, and which may lie about lengths.</summary>
internal static class ZipBytes
{
    private const int LocalHeader = 30;
    private const int CentralHeader = 46;
    private const int EndRecord = 22;

    /// <summary>An archive.</summary>
    /// <param name="records">Names and contents.</param>
    /// <param name="deflate">Whether the records are deflated, or stored as they are.</param>
    /// <param name="lie">Added to the length that the directory gives for the last record.</param>
    public static byte[] Of(IReadOnlyList<(string Name, byte[] Bytes)> records, bool deflate = false, long lie = 0)
    {
        using var file = new MemoryStream();
        var directory = new MemoryStream();
        for (var i = 0; i < records.Count; i++)
        {
            var (name, bytes) = (Encoding.UTF8.GetBytes(records[i].Name), records[i].Bytes);
            var stored = deflate ? Deflate(bytes) : bytes;
            var claimed = (uint)(bytes.Length + (i == records.Count - 1 ? lie : 0));
            var header = new byte[CentralHeader];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014B50);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 20);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 20);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), (ushort)(deflate ? 8 : 0));
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(14), 0x21);                    // 1 January 1980
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Crc32.Of(bytes));
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), deflate ? (uint)stored.Length : claimed);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), claimed);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), (uint)file.Length);
            directory.Write(header);
            directory.Write(name);
            file.Write("PK\x03\x04"u8);
            file.Write(header.AsSpan(6, LocalHeader - 4));                                        // the same fields, up to the lengths of name and extra
            file.Write(name);
            file.Write(stored);
        }
        var end = new byte[EndRecord];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)records.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)records.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)file.Length);
        return [.. file.ToArray(), .. directory.ToArray(), .. end];
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(bytes);
        return compressed.ToArray();
    }
}

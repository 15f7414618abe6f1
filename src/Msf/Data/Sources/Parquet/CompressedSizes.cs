using System.Buffers.Binary;

namespace Msf.Data;

/// <summary>What compressed bytes say that they become, where a decompressor allocates that before it looks further.</summary>
internal static class CompressedSizes
{
    private const uint ZstandardFrame = 0xFD2FB528;
    private const uint SkippableFrame = 0x184D2A50;
    private const int LargestBlock = 128 << 10;

    /// <summary>Snappy begins with the length as a number of 7 bits a byte.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static long OfSnappy(ReadOnlySpan<byte> bytes)
    {
        long length = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 5); i++)
        {
            length |= (long)(bytes[i] & 127) << (7 * i);
            if (bytes[i] < 128) return length;
        }
        return bytes.IsEmpty ? 0 : throw new InvalidDataException("a page of it is no Snappy");
    }

    /// <summary>Zstandard has the length in the head of a frame, or else it is at most that of its blocks (RFC 8878, section 3.1).</summary>
    /// <exception cref="InvalidDataException">There is another thing than frames, or a frame is cut.</exception>
    public static long OfZstandard(ReadOnlySpan<byte> bytes)
    {
        long total = 0;
        while (!bytes.IsEmpty)
        {
            Require(bytes.Length >= 8);
            var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if ((magic & 0xFFFFFFF0) == SkippableFrame)
            {
                var end = 8 + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
                Require(bytes.Length >= end);
                bytes = bytes[(int)end..];
                continue;
            }
            if (magic != ZstandardFrame) throw new InvalidDataException("a page of it is no Zstandard");
            var (claimed, head) = Head(bytes);
            var (blocks, rest) = Blocks(bytes, head);
            total += claimed ?? blocks * (long)LargestBlock;
            Require(bytes.Length >= rest);
            bytes = bytes[rest..];
        }
        return total;
    }

    // The length, where it is given, and where the blocks begin.
    private static (long? Claimed, int Blocks) Head(ReadOnlySpan<byte> bytes)
    {
        var descriptor = bytes[4];
        var isSingle = (descriptor & 32) != 0;
        var at = 5 + (isSingle ? 0 : 1) + ((descriptor & 3) == 3 ? 4 : descriptor & 3);
        var size = (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        Require(bytes.Length >= at + size);
        ulong? claimed = size switch
        {
            0 => null,
            1 => bytes[at],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) + 256UL,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]),
        };
        return claimed is null or <= int.MaxValue ? ((long?)claimed, at + size) : throw new InvalidDataException($"a page of it claims {claimed} bytes");
    }

    // How many there are, and where the frame ends.
    private static (int Count, int End) Blocks(ReadOnlySpan<byte> bytes, int at)
    {
        for (var count = 1; ; count++)
        {
            Require(bytes.Length >= at + 3);
            var head = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16;
            at += 3 + ((head >> 1 & 3) == 1 ? 1 : head >> 3);                                 // a byte that is repeated, or the bytes
            Require(bytes.Length >= at);
            if ((head & 1) != 0) return (count, at + ((bytes[4] & 4) != 0 ? 4 : 0));          // perhaps a checksum
        }
    }

    private static void Require(bool isWhole)
    {
        if (!isWhole) throw new InvalidDataException("a page of it is cut");
    }
}

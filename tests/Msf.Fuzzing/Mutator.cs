using System.Buffers.Binary;

namespace Msf.Fuzzing;

/// <summary>
/// Damages bytes in the ways that find the faults of readers: flipped bits, telling values, blocks that are copied, moved, removed and inserted,
/// cuts, and pieces of other inputs. Places near the beginning and the end, where headers and indices are, are chosen more often.
/// </summary>
internal static class Mutator
{
    private const int LongestInput = 1 << 16;
    private const int LongestBlock = 256;
    private const int Edge = 64;

    private static readonly byte[] _bytes = [0, 1, 2, 4, 8, 16, 32, 64, 127, 128, 129, 254, 255, (byte)'\n', (byte)'"', (byte)'{', (byte)'0', (byte)'-'];

    private static readonly ulong[] _integers =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 65, 127, 128, 255, 256, 1000, 1024, 4095, 4096, 32767, 32768, 65535, 65536, 100_000_000,
        0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFF8, 0x7FFFFFFFFFFFFFFF,
        0x8000000000000000, 0xFFFFFFFFFFFFFF00, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF,
    ];

    /// <summary>One to many changes of an input; the input stays as it is.</summary>
    /// <param name="random">What decides.</param>
    /// <param name="input">The input.</param>
    /// <param name="others">Inputs that pieces may come from.</param>
    /// <param name="words">Pieces that the format is made of.</param>
    public static byte[] Change(FuzzRandom random, byte[] input, IReadOnlyList<byte[]> others, IReadOnlyList<byte[]> words)
    {
        var bytes = (byte[])input.Clone();
        do bytes = ChangeOnce(random, bytes, others, words);
        while (random.Once(2));
        return bytes.Length <= LongestInput ? bytes : bytes[..LongestInput];
    }

    private static byte[] ChangeOnce(FuzzRandom random, byte[] bytes, IReadOnlyList<byte[]> others, IReadOnlyList<byte[]> words)
    {
        if (bytes.Length == 0) return random.Once(2) && words.Count > 0 ? random.Pick(words) : random.Bytes(1 + random.Below(16));
        var at = Place(random, bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 + random.Below(random.Once(2) ? 8 : LongestBlock));
        switch (random.Below(16))
        {
            case 0 or 1: bytes[at] ^= (byte)(1 << random.Below(8)); return bytes;
            case 2 or 3: bytes[at] = random.Once(2) ? random.Pick(_bytes) : (byte)random.Below(256); return bytes;
            case 4: bytes[at] = (byte)(bytes[at] + (random.Once(2) ? 1 : -1) * (1 + random.Below(16))); return bytes;
            case 5 or 6: SetInteger(random, bytes.AsSpan(at)); return bytes;
            case 7: bytes.AsSpan(at, length).ToArray().CopyTo(bytes, random.Below(bytes.Length - length + 1)); return bytes;
            case 8: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 9: return Insert(bytes, at, bytes.AsSpan(random.Below(bytes.Length - length + 1), length));
            case 10: return Insert(bytes, at, random.Once(2) ? random.Bytes(length) : new byte[length]);
            case 11: return random.Once(4) ? bytes[..at] : bytes;
            case 12: return Splice(random, bytes, at, random.Pick(others));
            case 13: return TextMutator.EditNumber(random, bytes, at);
            case 14 when words.Count > 0: return TextMutator.ReplaceToken(random, bytes, at, random.Pick(words));
            case 15 when words.Count > 0: return Insert(bytes, at, random.Pick(words));
            default: bytes.AsSpan(at, length).Reverse(); return bytes;
        }
    }

    /// <summary>Puts bytes between others.</summary>
    internal static byte[] Insert(byte[] bytes, int at, ReadOnlySpan<byte> inserted) => [.. bytes.AsSpan(0, at), .. inserted, .. bytes.AsSpan(at)];

    private static int Place(FuzzRandom random, int length) => random.Below(4) switch
    {
        0 => random.Below(Math.Min(length, Edge)),
        1 => length - 1 - random.Below(Math.Min(length, Edge)),
        _ => random.Below(length),
    };

    private static void SetInteger(FuzzRandom random, Span<byte> bytes)
    {
        var value = random.Pick(_integers);
        if (random.Once(4)) value = unchecked(value + (ulong)(random.Below(17) - 8));
        Span<byte> written = stackalloc byte[8];
        var width = 2 << random.Below(3);
        if (random.Once(2)) BinaryPrimitives.WriteUInt64LittleEndian(written, value);
        else BinaryPrimitives.WriteUInt64BigEndian(written, value << (64 - 8 * width));
        written[..Math.Min(width, bytes.Length)].CopyTo(bytes);
    }

    private static byte[] Splice(FuzzRandom random, byte[] bytes, int at, byte[] other)
    {
        if (other.Length == 0) return bytes;
        var from = random.Below(other.Length);
        if (random.Once(2)) return [.. bytes[..at], .. other[from..]];
        var length = Math.Min(Math.Min(other.Length - from, bytes.Length - at), 1 + random.Below(LongestBlock));
        other.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Msf.Checkpoints;

/// <summary>The bytes of a pickle, read from front to back; lengths are checked against what is left before anything is taken.</summary>
internal ref struct PickleBytes(ReadOnlySpan<byte> bytes)
{
    private const int LongestNumber = 1024;
    private const int LongestName = 1024;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    internal ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new InvalidDataException($"its pickle is cut: {count} bytes are expected where {_rest.Length} are left");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    internal byte Byte() => Take(1)[0];

    internal ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    internal uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    internal double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A whole number in two's complement; a long where it fits, else a big number.</summary>
    internal object Number(ulong length)
    {
        if (length > LongestNumber) throw new InvalidDataException($"its pickle has a number of {length} bytes, at most {LongestNumber} are read");
        var number = new BigInteger(Take(length));
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : number;
    }

    internal string Utf8(ulong length)
    {
        try
        {
            return _utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("its pickle has a text that is not valid UTF-8", e);
        }
    }

    internal string Latin1(ulong length) => Encoding.Latin1.GetString(Take(length));

    /// <summary>A name up to the end of its line.</summary>
    internal string Line()
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end is < 0 or > LongestName) throw new InvalidDataException("its pickle has a name without an end");
        var line = Latin1((ulong)end);
        Take(1);
        return line;
    }
}

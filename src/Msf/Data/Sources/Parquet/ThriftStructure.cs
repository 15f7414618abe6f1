namespace Msf.Data;

/// <summary>
/// Walks a struct in Thrift's compact protocol without making anything of it, so that a footer that claims more than it holds, or nests
/// without end, is refused before a parser allocates for it (Apache Thrift, compact protocol specification).
/// </summary>
internal ref struct ThriftStructure
{
    private const int DeepestNesting = 32;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Checks that bytes begin with a whole struct.</summary>
    /// <exception cref="InvalidDataException">They do not; the message does not name the file.</exception>
    public static void Check(ReadOnlySpan<byte> bytes) => new ThriftStructure { _rest = bytes }.Struct(DeepestNesting);

    private void Struct(int depth)
    {
        if (depth == 0) throw new InvalidDataException($"its footer nests deeper than {DeepestNesting} levels");
        while (Byte() is var header && header != 0)
        {
            if (header >> 4 == 0) Varint();                                                   // a field number of its own
            if ((header & 15) > 2) Value(header & 15, depth);                                 // 1 and 2 are true and false, without a value
        }
    }

    private void Value(int type, int depth)
    {
        switch (type)
        {
            case 1 or 2 or 3: Skip(1); break;                                                 // bool as an element, byte
            case 4 or 5 or 6: Varint(); break;                                                // i16, i32, i64
            case 7: Skip(8); break;                                                           // double
            case 8: Skip(Varint()); break;                                                    // binary
            case 9 or 10: List(depth); break;                                                 // list, set
            case 11: Map(depth); break;
            case 12: Struct(depth - 1); break;
            case 13: Skip(16); break;                                                         // uuid
            default: throw new InvalidDataException($"its footer has a value of unknown type {type}");
        }
    }

    private void List(int depth)
    {
        var header = Byte();
        var count = header >> 4 == 15 ? Varint() : (ulong)header >> 4;
        Elements(count, depth, header & 15);
    }

    private void Map(int depth)
    {
        var count = Varint();
        if (count == 0) return;
        var types = Byte();
        Elements(count, depth, types >> 4, types & 15);
    }

    // Every element takes a byte at least, so that a count above what remains is a lie.
    private void Elements(ulong count, int depth, params ReadOnlySpan<int> types)
    {
        if (depth == 0) throw new InvalidDataException($"its footer nests deeper than {DeepestNesting} levels");
        if (count > (ulong)_rest.Length) throw new InvalidDataException($"its footer claims a list of {count} where {_rest.Length} bytes remain");
        for (ulong i = 0; i < count; i++)
            foreach (var type in types) Value(type, depth - 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new InvalidDataException("its footer has a number without an end");
    }

    private byte Byte()
    {
        if (_rest.IsEmpty) throw new InvalidDataException("its footer is cut");
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    private void Skip(ulong bytes)
    {
        if (bytes > (ulong)_rest.Length) throw new InvalidDataException($"its footer claims {bytes} bytes where {_rest.Length} remain");
        _rest = _rest[(int)bytes..];
    }
}

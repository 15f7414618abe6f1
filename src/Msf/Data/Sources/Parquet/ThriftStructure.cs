namespace Msf.Data;

/// <summary>
/// Walks a struct in Thrift's compact protocol without making anything of it, so that one that claims more than it holds, nests without end, or
/// has fields of other types than a parser expects, is refused before the parser allocates for it (Apache Thrift, compact protocol specification).
/// </summary>
internal ref struct ThriftStructure
{
    private const int DeepestNesting = 32;
    private const int LongestList = 1 << 24;

    private readonly string _what;
    private readonly Action<string, int, long>? _found;
    private ReadOnlySpan<byte> _rest;

    private ThriftStructure(ReadOnlySpan<byte> bytes, string what, Action<string, int, long>? found)
    {
        _rest = bytes;
        _what = what;
        _found = found;
    }

    /// <summary>Checks that bytes begin with a whole struct.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="shape">Its fields.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="found">Told of every number of 16 bits or more, truth value (0 or 1) and length of a list: name of the struct, number of the field, value.</param>
    /// <returns>Length of the struct in bytes.</returns>
    /// <exception cref="InvalidDataException">They do not; the message does not name the file.</exception>
    public static int Check(ReadOnlySpan<byte> bytes, ThriftShape shape, string what, Action<string, int, long>? found = null)
    {
        var structure = new ThriftStructure(bytes, what, found);
        structure.Struct(shape, DeepestNesting);
        return bytes.Length - structure._rest.Length;
    }

    private void Struct(ThriftShape? shape, int depth)
    {
        if (depth == 0) throw new InvalidDataException($"its {_what} nests deeper than {DeepestNesting} levels");
        var number = 0;
        while (Byte() is var header && header != 0)
        {
            number = header >> 4 == 0 ? (int)Signed(Varint(32)) : number + (header >> 4);
            if (number is < 1 or > short.MaxValue) throw new InvalidDataException($"its {_what} has a field of number {number}");
            Field(shape, number, (ThriftType)(header & 15), depth);
        }
    }

    private void Field(ThriftShape? shape, int number, ThriftType type, int depth)
    {
        var field = default(ThriftField);
        var isKnown = shape is not null && shape.TryGet(number, out field);
        var isBoolean = type is ThriftType.True or ThriftType.False;                          // its value is its type
        var (element, before) = (default(ThriftType), _rest.Length);
        var value = isBoolean ? (type == ThriftType.True ? 1 : 0) : Value(type, isKnown ? field : default, depth, out element);
        if (shape is null) return;
        // Whole numbers of all widths are written alike. Of what it does not know a parser can pass over the simple types, and structs without fields.
        var fits = isKnown
            ? ((isBoolean ? ThriftType.True : type) == field.Type && (type != ThriftType.List || value == 0 || element == field.Element))
                || (IsWhole(type) && IsWhole(field.Type) && value is >= int.MinValue and <= int.MaxValue)
            : isBoolean || type is >= ThriftType.Byte and <= ThriftType.Binary || (type == ThriftType.List && element is >= ThriftType.Byte and <= ThriftType.Binary)
                || (type == ThriftType.Struct && before - _rest.Length == 1);
        if (!fits) throw new InvalidDataException($"its {_what} has a field {number} of {shape.Name} that is of another type than the format says");
        if (isKnown && type is not (ThriftType.Byte or ThriftType.Double or ThriftType.Binary or ThriftType.Struct)) _found?.Invoke(shape.Name, number, value);
    }

    private static bool IsWhole(ThriftType type) => type is >= ThriftType.I16 and <= ThriftType.I64;

    // The value of a number of 16 bits or more, the length of a list, else 0.
    private long Value(ThriftType type, ThriftField field, int depth, out ThriftType element)
    {
        element = default;
        switch (type)
        {
            case ThriftType.True or ThriftType.False or ThriftType.Byte: Skip(1); break;      // booleans as elements
            case ThriftType.I16 or ThriftType.I32: return Signed(Varint(32));
            case ThriftType.I64: return Signed(Varint(64));
            case ThriftType.Double: Skip(8); break;
            case ThriftType.Binary: Skip(Varint(32)); break;
            case ThriftType.List or ThriftType.Set: return List(field, depth, out element);
            case ThriftType.Map: Map(depth); break;
            case ThriftType.Struct: Struct(field.Type == ThriftType.Struct || field.Element == ThriftType.Struct ? field.Shape : null, depth - 1); break;
            case ThriftType.Uuid: Skip(16); break;
            default: throw new InvalidDataException($"its {_what} has a value of unknown type {(int)type}");
        }
        return 0;
    }

    private long List(ThriftField field, int depth, out ThriftType element)
    {
        var header = Byte();
        var count = header >> 4 == 15 ? Varint(32) : (ulong)header >> 4;
        element = (ThriftType)(header & 15);
        Elements(count, field, depth, element);
        return (long)count;
    }

    private void Map(int depth)
    {
        var count = Varint(32);
        if (count == 0) return;
        var types = Byte();
        Elements(count, default, depth, (ThriftType)(types >> 4), (ThriftType)(types & 15));
    }

    // Every element takes a byte at least, so that a count above what remains is a lie.
    private void Elements(ulong count, ThriftField field, int depth, params ReadOnlySpan<ThriftType> types)
    {
        if (depth == 0) throw new InvalidDataException($"its {_what} nests deeper than {DeepestNesting} levels");
        if (count > (ulong)_rest.Length || count > LongestList) throw new InvalidDataException($"its {_what} claims a list of {count} where {_rest.Length} bytes remain");
        for (ulong i = 0; i < count; i++)
            foreach (var type in types) Value(type, field, depth - 1, out _);
    }

    private static long Signed(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    // Parsers read numbers of 32 bits in at most five bytes, and what goes beyond differently.
    private ulong Varint(int bits)
    {
        ulong value = 0;
        for (var shift = 0; shift < bits; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return bits == 64 || value <= uint.MaxValue ? value : throw new InvalidDataException($"its {_what} has a number of more than {bits} bits");
        }
        throw new InvalidDataException($"its {_what} has a number without an end");
    }

    private byte Byte()
    {
        if (_rest.IsEmpty) throw new InvalidDataException($"its {_what} is cut");
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    private void Skip(ulong bytes)
    {
        if (bytes > (ulong)_rest.Length) throw new InvalidDataException($"its {_what} claims {bytes} bytes where {_rest.Length} remain");
        _rest = _rest[(int)bytes..];
    }
}

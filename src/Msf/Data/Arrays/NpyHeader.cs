using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>The head of an array in NumPy's .npy format, versions 1 to 3: type, order and shape as the text of a Python dictionary.</summary>
internal sealed partial record NpyHeader
{
    private const int LongestText = 1 << 16;
    private const int MaxRank = 32;

    private static readonly Dictionary<string, ScalarType> _types = new(StringComparer.Ordinal)
    {
        ["|u1"] = ScalarType.Byte,
        ["|i1"] = ScalarType.Int8,
        ["|b1"] = ScalarType.Bool,
        ["<i2"] = ScalarType.Int16,
        ["<i4"] = ScalarType.Int32,
        ["<i8"] = ScalarType.Int64,
        ["<f2"] = ScalarType.Float16,
        ["<f4"] = ScalarType.Float32,
        ["<f8"] = ScalarType.Float64,
    };

    /// <summary>Type of the numbers.</summary>
    internal required ScalarType DType { get; init; }

    /// <summary>Bytes of a number.</summary>
    internal required int ElementSize { get; init; }

    /// <summary>Whether the first index changes fastest.</summary>
    internal required bool FortranOrder { get; init; }

    /// <summary>Sizes, one per dimension; empty for a scalar.</summary>
    internal required long[] Shape { get; init; }

    /// <summary>Bytes of head and numbers.</summary>
    internal required long TotalLength { get; init; }

    /// <summary>Reads the head and leaves the stream at the first number.</summary>
    /// <exception cref="InvalidDataException">It is no head that numbers can follow; the message does not name the file.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within it.</exception>
    internal static NpyHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw new InvalidDataException("it does not start as a .npy array does");
        if (start[6] is < 1 or > 3) throw new InvalidDataException($"it is of version {start[6]} of the .npy format, 1 to 3 are read");
        var lengthBytes = start[6] == 1 ? 2 : 4;
        Span<byte> field = stackalloc byte[4];
        field.Clear();
        stream.ReadExactly(field[..lengthBytes]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(field);
        if (length > LongestText) throw new InvalidDataException($"its head claims {length} bytes, at most {LongestText} are read");
        var text = new byte[length];
        stream.ReadExactly(text);
        return Parse(Encoding.Latin1.GetString(text), start.Length + lengthBytes + text.Length);
    }

    private static NpyHeader Parse(string text, int headLength)
    {
        var match = Dictionary().Match(text);
        if (!match.Success) throw new InvalidDataException("its head is not descr, fortran_order and shape of a plain array");
        var descr = match.Groups["descr"].Value;
        if (descr.Contains('O', StringComparison.Ordinal)) throw new InvalidDataException("it is an array of objects, which only a program that runs the file's code could read; it was not run");
        if (!_types.TryGetValue(descr, out var type)) throw new InvalidDataException($"its numbers are of type {PrintableText.Of(descr)}; expected one of {string.Join(", ", _types.Keys)}");
        var elementSize = descr[2] - '0';
        try
        {
            long[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(size => long.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture))];
            if (shape.Length > MaxRank) throw new InvalidDataException($"it has {shape.Length} dimensions, at most {MaxRank} are read");
            var bytes = ShapeGuard.ByteLength(shape, elementSize) ?? throw new OverflowException();
            return new NpyHeader
            {
                DType = type,
                ElementSize = elementSize,
                FortranOrder = match.Groups["order"].Value == "True",
                Shape = shape,
                TotalLength = checked(headLength + bytes),
            };
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException("its shape is larger than any file", e);
        }
    }

    [GeneratedRegex(
        @"\A\{\s*'descr':\s*'(?<descr>[^']{2,8})',\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<shape>(?:[0-9]+, ?)*[0-9]*)\), ?\}\s*\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Dictionary();
}

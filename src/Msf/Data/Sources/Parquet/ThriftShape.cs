using System.Globalization;

namespace Msf.Data;

/// <summary>Types of Thrift's compact protocol, by their numbers there.</summary>
internal enum ThriftType
{
    True = 1,
    False = 2,
    Byte = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
    Uuid = 13,
}

/// <summary>What a field of a struct holds.</summary>
/// <param name="Type">Its type; <see cref="ThriftType.True"/> for a boolean.</param>
/// <param name="Element">Type of a list's elements.</param>
/// <param name="Shape">The struct that it, or an element of it, is; null where it is none.</param>
internal readonly record struct ThriftField(ThriftType Type, ThriftType Element, ThriftShape? Shape);

/// <summary>The fields of a struct of Thrift.</summary>
/// <param name="name">Name of the struct.</param>
internal sealed class ThriftShape(string name)
{
    private readonly Dictionary<int, ThriftField> _fields = [];

    /// <summary>Name of the struct.</summary>
    public string Name => name;

    /// <summary>Looks up a field by its number.</summary>
    public bool TryGet(int number, out ThriftField field) => _fields.TryGetValue(number, out field);

    /// <summary>Reads the shapes of structs.</summary>
    /// <param name="text">A line for each: its name, then its fields as NUMBER:TYPE, where a type is bool, i8 to i64, double, binary, a name, or [TYPE] for a list.</param>
    public static IReadOnlyDictionary<string, ThriftShape> Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(' ')).ToArray();
        var shapes = lines.ToDictionary(line => line[0], line => new ThriftShape(line[0]), StringComparer.Ordinal);
        foreach (var line in lines)
            foreach (var field in line[1..])
            {
                var (number, type) = (field[..field.IndexOf(':')], field[(field.IndexOf(':') + 1)..]);
                shapes[line[0]]._fields.Add(int.Parse(number, CultureInfo.InvariantCulture), Field(type, shapes));
            }
        return shapes;
    }

    private static ThriftField Field(string type, IReadOnlyDictionary<string, ThriftShape> shapes)
    {
        if (type[0] != '[') return new(Type(type), default, shapes.GetValueOrDefault(type));
        var element = type[1..^1];
        return new(ThriftType.List, Type(element), shapes.GetValueOrDefault(element));
    }

    private static ThriftType Type(string name) => name switch
    {
        "bool" => ThriftType.True,
        "i8" => ThriftType.Byte,
        "i16" => ThriftType.I16,
        "i32" => ThriftType.I32,
        "i64" => ThriftType.I64,
        "double" => ThriftType.Double,
        "binary" => ThriftType.Binary,
        _ => ThriftType.Struct,
    };
}

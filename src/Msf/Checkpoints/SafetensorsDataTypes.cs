using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>The element types of the safetensors format that have a counterpart in libtorch.</summary>
internal static class SafetensorsDataTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] _known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Every name that <see cref="TryParse"/> knows, for error messages.</summary>
    internal static string Names { get; } = string.Join(", ", _known.Select(known => known.Name));

    internal static bool TryParse(string name, out ScalarType type)
    {
        foreach (var known in _known)
        {
            if (known.Name != name) continue;
            type = known.Type;
            return true;
        }
        type = default;
        return false;
    }

    /// <summary>The format's name of a libtorch type; null where the format has none.</summary>
    internal static string? NameOf(ScalarType type) => Array.Find(_known, known => known.Type == type).Name;

    /// <summary>Bytes per element of a type that <see cref="NameOf"/> knows.</summary>
    internal static int SizeOf(ScalarType type) => Array.Find(_known, known => known.Type == type).Size;
}

using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>
/// Checks tensor shapes before they reach native code, which reports a mismatch cryptically or aborts the process.
/// </summary>
public static class ShapeGuard
{
    /// <summary>Requires <paramref name="tensor"/> to have the shape <paramref name="expected"/>; -1 accepts any size.</summary>
    /// <param name="tensor">The tensor to check.</param>
    /// <param name="name">What the tensor is, for the message.</param>
    /// <param name="expected">Expected sizes, one per dimension; -1 stands for any size.</param>
    /// <exception cref="ArgumentException">The rank or a size differs.</exception>
    public static void Require(Tensor tensor, string name, params ReadOnlySpan<long> expected)
    {
        var actual = tensor.shape;
        var fits = actual.Length == expected.Length;
        for (var i = 0; fits && i < actual.Length; i++) fits = expected[i] == -1 || expected[i] == actual[i];
        if (!fits)
            throw new ArgumentException($"{name} is {Format(actual)}, expected {Format(expected)} (? is any size).", name);
    }

    /// <summary>Bytes that a tensor takes; null where they, or the strides, are more than 64 bits can count: libtorch counts empty dimensions as one in those.</summary>
    /// <param name="shape">Sizes, none negative.</param>
    /// <param name="elementSize">Bytes of a number.</param>
    internal static long? ByteLength(ReadOnlySpan<long> shape, long elementSize)
    {
        var (bytes, empty) = (elementSize, false);
        foreach (var size in shape)
        {
            empty |= size == 0;
            if (size == 0) continue;
            if (bytes > long.MaxValue / size) return null;
            bytes *= size;
        }
        return empty ? 0 : bytes;
    }

    /// <summary>Writes a shape as a tuple, with ? for -1.</summary>
    public static string Format(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < shape.Length; i++)
            parts[i] = shape[i] == -1 ? "?" : shape[i].ToString(System.Globalization.CultureInfo.InvariantCulture);
        return $"({string.Join(", ", parts)})";
    }
}

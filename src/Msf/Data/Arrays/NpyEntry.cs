using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Msf.Data;

/// <summary>Writes arrays into NumPy's .npz archives.</summary>
internal static class NpyEntry
{
    // The earliest that a zip archive can tell, as NumPy writes: the same arrays give the same bytes.
    private static readonly DateTimeOffset _noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Starts an entry with the header of the .npy format, version 1.0, padded to 64 bytes; the numbers follow in C order.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="name">Name of the array, without <c>.npy</c>.</param>
    /// <param name="type">Type as NumPy writes it, for example <c>&lt;f8</c>.</param>
    /// <param name="shape">Sizes, one per dimension.</param>
    /// <returns>Where the numbers go; the caller disposes it.</returns>
    internal static Stream Start(ZipArchive archive, string name, string type, params ReadOnlySpan<long> shape)
    {
        const int prefix = 10;
        var sizes = shape.Length == 1 ? $"{shape[0]}," : string.Join(", ", shape.ToArray());
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes}), }}";
        var length = (prefix + header.Length + 1 + 63) / 64 * 64 - prefix;
        var member = archive.CreateEntry($"{name}.npy", CompressionLevel.Fastest);
        member.LastWriteTime = _noTime;
        var entry = member.Open();
        var start = new byte[prefix];
        Encoding.Latin1.GetBytes("\u0093NUMPY\u0001\0", start);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), (ushort)length);
        entry.Write(start);
        entry.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        return entry;
    }
}

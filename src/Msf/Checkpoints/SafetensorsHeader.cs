using System.Buffers.Binary;

namespace Msf.Checkpoints;

/// <summary>The header of a safetensors file: eight bytes of length (little-endian), then that many bytes of JSON.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes of the length field in front of the JSON.</summary>
    internal const int PrefixLength = 8;

    /// <summary>The official limit of the JSON's length, in bytes.</summary>
    internal const long MaxLength = 100_000_000;

    private readonly SortedDictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader()
    {
    }

    internal IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the length field.</summary>
    /// <param name="prefix">The first eight bytes of the file.</param>
    /// <param name="fileLength">Length of the file in bytes.</param>
    /// <exception cref="InvalidDataException">The header would be too long or leave the file.</exception>
    internal static int ReadLength(ReadOnlySpan<byte> prefix, long fileLength)
    {
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength) throw new InvalidDataException($"the header claims {length} bytes, the format allows {MaxLength}");
        if ((long)length > fileLength - PrefixLength)
            throw new InvalidDataException(
                $"the header claims {length} bytes, but only {fileLength - PrefixLength} follow; the file is cut or is of another kind");
        return (int)length;
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's JSON with its padding.</param>
    /// <param name="dataLength">Bytes that follow the header in the file.</param>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format; the message does not name the file.</exception>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader();
        SafetensorsHeaderReader.Read(json, header._tensors, header._metadata);
        header.RequireGaplessLayout(dataLength);
        return header;
    }

    /// <summary>Every byte of the data belongs to exactly one tensor.</summary>
    private void RequireGaplessLayout(long dataLength)
    {
        long covered = 0;
        foreach (var (name, tensor) in _tensors.OrderBy(entry => entry.Value.Begin).ThenBy(entry => entry.Value.End))
        {
            if (tensor.End > dataLength)
                throw new InvalidDataException(
                    $"tensor {OneLine.Quote(name)} ends at byte {tensor.End} of {dataLength} bytes of data; the file is cut or damaged");
            if (tensor.Begin > covered)
                throw new InvalidDataException($"bytes {covered} to {tensor.Begin} of the data belong to no tensor");
            if (tensor.Begin < covered)
                throw new InvalidDataException(
                    $"tensor {OneLine.Quote(name)} begins at byte {tensor.Begin}, inside another tensor that ends at {covered}");
            covered = tensor.End;
        }
        if (covered != dataLength)
            throw new InvalidDataException($"{dataLength - covered} bytes after the last tensor belong to no tensor");
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Writes safetensors files. The same tensors and metadata give the same bytes.</summary>
public static class SafetensorsWriter
{
    // Eight bytes is the largest element, so every tensor starts at a multiple of its own element size.
    private const int Alignment = 8;

    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes tensors of any device to a file that appears complete or not at all.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="tensors">Dense tensors by name; they need not be contiguous and are left as they are.</param>
    /// <param name="metadata">Free-form strings for the header, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name is reserved (<c>__metadata__</c>) or not valid Unicode; a tensor is sparse, without data (meta) or of a type that the format
    /// or its reader here lacks.
    /// </exception>
    /// <exception cref="IOException">Writing failed; an earlier file at <paramref name="path"/> is untouched.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        foreach (var (name, tensor) in tensors) RequireWritable(name, tensor);
        // Wide elements first, as the official writer does: that is what keeps every tensor aligned.
        var ordered = tensors.OrderByDescending(entry => SafetensorsDataTypes.SizeOf(entry.Value.dtype))
            .ThenBy(entry => entry.Key, StringComparer.Ordinal).ToArray();
        var header = BuildHeader(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var (_, tensor) in ordered) WriteValues(stream, tensor);
        });
    }

    private static void RequireWritable(string name, Tensor tensor)
    {
        if (name == "__metadata__") throw new ArgumentException(
                "A tensor cannot be named __metadata__: the format reserves that name.", nameof(tensor));
        if (tensor.is_sparse || tensor.device_type == TorchSharp.DeviceType.META)
            throw new ArgumentException(
                $"Tensor {OneLine.Quote(name)} is sparse or on the meta device; only dense values can be written.", nameof(tensor));
        if (SafetensorsDataTypes.NameOf(tensor.dtype) is null)
            throw new ArgumentException(
                $"Tensor {OneLine.Quote(name)} is {tensor.dtype}; a safetensors file takes {SafetensorsDataTypes.Names}.", nameof(tensor));
    }

    private static byte[] BuildHeader(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    json.WriteString(_strictUtf8.GetBytes(key), _strictUtf8.GetBytes(value));
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var (name, tensor) in tensors)
            {
                var end = checked(begin + tensor.numel() * SafetensorsDataTypes.SizeOf(tensor.dtype));
                json.WriteStartObject(_strictUtf8.GetBytes(name));
                json.WriteString("dtype", SafetensorsDataTypes.NameOf(tensor.dtype));
                WriteArray(json, "shape", tensor.shape);
                WriteArray(json, "data_offsets", [begin, end]);
                json.WriteEndObject();
                begin = end;
            }
            json.WriteEndObject();
        }
        return Frame(buffer.WrittenSpan);
    }

    private static void WriteArray(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>The length field, the JSON, and spaces up to the alignment.</summary>
    private static byte[] Frame(ReadOnlySpan<byte> json)
    {
        var padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        if (padded > SafetensorsHeader.MaxLength)
            throw new ArgumentException(
                $"The header would take {padded} bytes, the format allows {SafetensorsHeader.MaxLength}; "
                + "write fewer tensors or less metadata.");
        var framed = new byte[SafetensorsHeader.PrefixLength + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(framed, (ulong)padded);
        json.CopyTo(framed.AsSpan(SafetensorsHeader.PrefixLength));
        framed.AsSpan(SafetensorsHeader.PrefixLength + json.Length).Fill((byte)' ');
        return framed;
    }

    private static void WriteValues(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TensorBytes.Visit(tensor.detach().cpu().contiguous(), (piece, _) => stream.Write(piece));
    }
}

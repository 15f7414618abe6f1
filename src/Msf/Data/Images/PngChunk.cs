using System.Buffers.Binary;
using System.Text;

namespace Msf.Data;

/// <summary>One chunk of a PNG file whose length and checksum have been verified.</summary>
/// <param name="Type">Four letters, for example IDAT.</param>
/// <param name="Body">The chunk's bytes without length, type and checksum.</param>
internal readonly record struct PngChunk(string Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>The eight bytes every PNG file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private const int Overhead = 12;    // length, type and checksum, four bytes each

    /// <summary>Walks the chunks up to and including IEND.</summary>
    /// <exception cref="InvalidDataException">
    /// The signature, a length, a type or a checksum is wrong; the message does not name the file.
    /// </exception>
    public static IEnumerable<PngChunk> Read(ReadOnlyMemory<byte> file)
    {
        if (!file.Span.StartsWith(Signature))
            throw new InvalidDataException("it does not begin with the PNG signature 89 50 4E 47 0D 0A 1A 0A");
        var offset = Signature.Length;
        while (true)
        {
            var chunk = ReadOne(file[offset..], offset);
            yield return chunk;
            if (chunk.Type == "IEND") yield break;
            offset += Overhead + chunk.Body.Length;
        }
    }

    private static PngChunk ReadOne(ReadOnlyMemory<byte> rest, int offset)
    {
        var span = rest.Span;
        if (span.Length < Overhead)
            throw new InvalidDataException($"the file is cut: {span.Length} bytes remain at offset {offset} and no IEND chunk came");
        var length = BinaryPrimitives.ReadUInt32BigEndian(span);
        var type = Encoding.Latin1.GetString(span.Slice(4, 4));
        if (!type.All(char.IsAsciiLetter))
            throw new InvalidDataException($"the chunk at offset {offset} has a type that is not four letters");
        if (length > span.Length - Overhead)
            throw new InvalidDataException(
                $"its {type} chunk at offset {offset} claims {length} bytes, {span.Length - Overhead} remain in the file");

        var checksum = Crc32.Of(span.Slice(4, 4 + (int)length));
        var stored = BinaryPrimitives.ReadUInt32BigEndian(span[(8 + (int)length)..]);
        if (checksum != stored)
            throw new InvalidDataException(
                $"its {type} chunk at offset {offset} stores checksum {stored:x8}, its bytes give {checksum:x8}");
        return new PngChunk(type, rest.Slice(8, (int)length));
    }
}

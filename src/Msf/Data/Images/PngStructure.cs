using System.IO.Compression;

namespace Msf.Data;

/// <summary>
/// Checks that a PNG file is whole and legal before a decoder sees it. Image decoders repair damaged files silently (grey
/// rows, black rows, wrong sizes); a training set must not contain such repairs.
/// </summary>
public static class PngStructure
{
    /// <summary>
    /// Checks signature, chunk order, lengths and checksums, the header's values, the palette, and that the pixel data inflates
    /// to exactly the size that the header asks for. Memory use is a copy of the compressed pixel data and 64 KiB, whatever
    /// the file claims. Bytes after the IEND chunk are ignored.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <returns>The header.</returns>
    /// <exception cref="InvalidDataException">Something is wrong; the message says what.</exception>
    public static PngHeader Validate(ReadOnlyMemory<byte> file, string name)
    {
        try
        {
            return Validate(file);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} is not a usable PNG image: {e.Message}. Replace or remove the file.", e);
        }
    }

    private static PngHeader Validate(ReadOnlyMemory<byte> file)
    {
        PngHeader? header = null;
        int? paletteEntries = null;
        var data = new MemoryStream();
        var dataEnded = false;
        var hasData = false;
        foreach (var (type, body) in PngChunk.Read(file))
        {
            if (header is null != (type == "IHDR"))
                throw new InvalidDataException(header is null ? $"its first chunk is {type}, expected IHDR" : "it has two IHDR chunks");
            if (hasData && type != "IDAT") dataEnded = true;
            switch (type)
            {
                case "IHDR": header = PngHeader.Parse(body.Span); break;
                case "PLTE": paletteEntries = CheckPalette(header!.Value, body.Length, paletteEntries, hasData); break;
                case "IDAT" when dataEnded: throw new InvalidDataException("its IDAT chunks are not consecutive");
                case "IDAT": data.Write(body.Span); hasData = true; break;
                case "IEND": break;
                default:
                    if (char.IsAsciiLetterUpper(type[0])) throw new InvalidDataException($"it needs the unknown critical chunk {type}");
                    break;
            }
        }
        if (header is null || !hasData) throw new InvalidDataException("it has no IDAT chunk, so no pixels");
        if (header.Value.ColorType == 3 && paletteEntries is null)
            throw new InvalidDataException("it is a palette image without a PLTE chunk");
        data.Position = 0;
        CheckPixelData(header.Value, data);
        return header.Value;
    }

    private static int CheckPalette(PngHeader header, int bytes, int? earlier, bool afterData)
    {
        if (earlier is not null) throw new InvalidDataException("it has two PLTE chunks");
        if (afterData) throw new InvalidDataException("its PLTE chunk comes after the pixels");
        if (header.ColorType is 0 or 4) throw new InvalidDataException("it is a grey image with a PLTE chunk");
        var most = header.ColorType == 3 ? 1 << header.BitDepth : 256;
        if (bytes == 0 || bytes % 3 != 0 || bytes / 3 > most)
            throw new InvalidDataException($"its PLTE chunk has {bytes} bytes, expected 3 for each of 1 to {most} colours");
        return bytes / 3;
    }

    private static void CheckPixelData(PngHeader header, Stream compressed)
    {
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        var needed = header.Passes().Sum(pass => pass.Rows * pass.RowBytes);
        var buffer = new byte[64 * 1024];
        long seen = 0;
        foreach (var (rows, rowBytes) in header.Passes())
            for (var row = 0; row < rows; row++)
                for (long done = 0; done < rowBytes;)
                {
                    var wanted = (int)Math.Min(buffer.Length, rowBytes - done);
                    var got = Inflate(inflated, buffer.AsSpan(0, wanted));
                    seen += got;
                    if (got < wanted) throw new InvalidDataException($"its pixel data inflates to {seen} bytes, {needed} needed");
                    if (done == 0 && buffer[0] > 4) throw new InvalidDataException($"row {row} has filter {buffer[0]}, only 0 to 4 exist");
                    done += got;
                }
        if (Inflate(inflated, buffer.AsSpan(0, 1)) > 0)
            throw new InvalidDataException($"its pixel data inflates to more than the {needed} bytes needed");
    }

    private static int Inflate(ZLibStream stream, Span<byte> into)
    {
        try
        {
            return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)               // the latter where it asks for a dictionary: memory has no other faults
        {
            throw new InvalidDataException("its pixel data is not a valid zlib stream", e);
        }
    }
}

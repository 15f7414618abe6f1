using System.Buffers.Binary;
using System.IO.Compression;

namespace Msf.Data;

/// <summary>
/// An IDX file of unsigned bytes (the format of the MNIST family): two zero bytes, a type byte (8), the number of dimensions,
/// the dimensions as 32-bit big-endian numbers, then the values. Gzip is recognised by its first bytes.
/// </summary>
/// <param name="Name">The file's name without folders.</param>
/// <param name="Dimensions">Sizes, all at least 1.</param>
/// <param name="Values">The values, the last dimension fastest.</param>
internal sealed record IdxFile(string Name, int[] Dimensions, byte[] Values)
{
    private const int UnsignedByte = 8;

    // Deflate cannot shrink anything below a 1032nd, so a larger claim is a lie and is not allocated.
    private const long LargestGzipRatio = 1032;

    /// <summary>Reads a file that must have <paramref name="rank"/> dimensions: 3 for images, 1 for labels.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind; the message says what is wrong.</exception>
    public static IdxFile Read(string path, int rank)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no IDX file {path}.", path);
        var name = Path.GetFileName(path);
        try
        {
            using var file = File.OpenRead(path);
            var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(stream, rank, name, zipped, zipped ? file.Length * LargestGzipRatio : file.Length);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} is not a usable IDX file: {e.Message.TrimEnd('.')}. Fetch it again.", e);
        }
    }

    private static IdxFile Read(Stream stream, int rank, string name, bool zipped, long mostBytes)
    {
        var header = new byte[4 + 4 * rank];
        var got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got >= 4) CheckMagic(header, rank);
        if (got < header.Length) throw new InvalidDataException($"it ends inside the header ({got} bytes, {header.Length} needed)");

        var sizes = new uint[rank];
        for (var i = 0; i < rank; i++) sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
        var shape = string.Join('x', sizes);
        if (sizes.Contains(0u)) throw new InvalidDataException($"its dimensions are {shape}: none may be 0");
        // At most three factors of 32 bits: the product fits in 128 bits, so nothing wraps.
        var needed = sizes.Aggregate(UInt128.One, (product, size) => product * size);
        var promise = $"its header promises {shape} values ({needed} bytes)";
        if (needed > (UInt128)(mostBytes - header.Length))
            throw new InvalidDataException($"{promise}, the file holds {(zipped ? "at most " : "")}{mostBytes - header.Length}");
        if (needed > (UInt128)Array.MaxLength)
            throw new InvalidDataException($"{promise}, more than the {Array.MaxLength} that are accepted");

        var values = new byte[(int)needed];
        got = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        if (got < values.Length) throw new InvalidDataException($"{promise}, the file holds {got}");
        if (stream.ReadByte() >= 0) throw new InvalidDataException($"it goes on after the {shape} values that its header promises");
        return new IdxFile(name, Array.ConvertAll(sizes, size => (int)size), values);
    }

    private static void CheckMagic(byte[] header, int rank)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var expected = (uint)(UnsignedByte << 8 | rank);
        if (magic == expected) return;
        var what = magic switch
        {
            _ when BinaryPrimitives.ReverseEndianness(magic) == expected => "the bytes are swapped (little-endian)",
            _ when magic >> 16 != 0 => "this is no IDX file",
            _ when magic >> 8 != UnsignedByte => $"value type 0x{magic >> 8:X2} is not unsigned byte",
            _ => $"{magic & 0xFF} dimensions are not {rank}",
        };
        throw new InvalidDataException(
            $"it begins with 0x{magic:X8}, expected 0x{expected:X8} ({(rank == 1 ? "labels" : "images")}): {what}");
    }
}

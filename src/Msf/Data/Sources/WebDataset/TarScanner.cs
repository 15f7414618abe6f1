using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// Lists the regular files of an uncompressed tar archive by walking its headers (POSIX.1-1988 ustar with the extended headers of
/// POSIX.1-2001 and GNU's long names). Links, folders and devices are passed over: nothing of an archive is ever created on disk.
/// </summary>
internal static class TarScanner
{
    private const int Block = 512;
    private const int LongestExtension = 1 << 20;

    /// <summary>The members, in the archive's order.</summary>
    /// <param name="archive">The archive; bytes of a member can be read until the next one is asked for.</param>
    /// <exception cref="InvalidDataException">It is damaged, cut, or no tar archive; the message does not name it.</exception>
    public static IEnumerable<TarMember> Scan(TarBytes archive)
    {
        var (length, offset) = (archive.Length, 0L);
        var header = new byte[Block];
        var (longName, longSize) = ((string?)null, (long?)null);                              // what an extended header says of the next member
        while (offset < length)
        {
            if (archive.Read(header, offset) < Block) throw new InvalidDataException($"it ends inside a header, at {offset}");
            if (!header.AsSpan().ContainsAnyExcept((byte)0)) yield break;                     // the end; what follows is padding
            RequireChecksum(header, offset);
            var type = (char)header[156];
            var size = HasBytes(type) ? longSize ?? Number(header.AsSpan(124, 12), offset) : 0;
            offset += Block;
            if (size < 0 || size > length - offset)
                throw new InvalidDataException($"its member {PrintableText.Of(Name(header))} claims {size} bytes where {length - offset} remain: it is cut");
            switch (type)
            {
                case 'x' or 'L' or 'g' or 'K':
                    if (size > LongestExtension) throw new InvalidDataException($"its extended header at {offset - Block} has {size} bytes, at most {LongestExtension} are accepted");
                    var text = new byte[size];
                    if (archive.Read(text, offset) < text.Length) throw new InvalidDataException($"it ends inside an extended header, at {offset}");
                    if (type == 'L') longName = Encoding.UTF8.GetString(text).TrimEnd('\0');
                    if (type == 'x') (longName, longSize) = Extended(text, longName);
                    break;
                case '0' or '\0' or '7':
                    yield return new TarMember(longName ?? Name(header), offset, size);
                    (longName, longSize) = (null, null);
                    break;
                case 'S':
                    throw new InvalidDataException($"its member {PrintableText.Of(Name(header))} is a sparse file of GNU tar, which is not read");
                default:
                    (longName, longSize) = (null, null);
                    break;
            }
            offset += (size + Block - 1) / Block * Block;
        }
        throw new InvalidDataException("it ends without the zeros that end an archive: it is cut");     // at a member's end, or nothing would tell
    }

    private static bool HasBytes(char type) => type is '0' or '\0' or '7' or 'x' or 'g' or 'L' or 'K' or 'S';

    // The sum of the header's bytes, its own eight counted as spaces.
    private static void RequireChecksum(ReadOnlySpan<byte> header, long offset)
    {
        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
            if (i is < 148 or >= 156) sum += header[i];
        if (Number(header.Slice(148, 8), offset) != sum)
            throw new InvalidDataException(offset == 0 ? "it does not begin with a tar header" : $"the header at {offset} has a wrong checksum");
    }

    // Octal digits, or a binary number marked by the highest bit (GNU).
    private static long Number(ReadOnlySpan<byte> field, long offset)
    {
        if (field[0] == 0x80 && field.Length > 8 && !field[1..^8].ContainsAnyExcept((byte)0)) return BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7') throw new InvalidDataException(offset == 0 ? "it does not begin with a tar header" : $"the header at {offset} has a number that is none");
            value = 8 * value + digit - '0';
        }
        return value;
    }

    private static string Name(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        var prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // Records of "LENGTH KEY=VALUE\n".
    private static (string? Name, long? Size) Extended(ReadOnlySpan<byte> text, string? name)
    {
        long? size = null;
        while (!text.IsEmpty)
        {
            var space = text.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(text[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > text.Length)
                throw new InvalidDataException("it has an extended header that is not made of records");
            var record = Encoding.UTF8.GetString(text[(space + 1)..length]).TrimEnd('\n');
            if (record.StartsWith("path=", StringComparison.Ordinal)) name = record[5..];
            if (record.StartsWith("size=", StringComparison.Ordinal))
                size = long.TryParse(record.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw new InvalidDataException("it has an extended header with a size that is no number");
            text = text[length..];
        }
        return (name, size);
    }
}

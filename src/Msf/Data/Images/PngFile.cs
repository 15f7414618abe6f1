using System.Text;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>Writes PNG files with text in them, and reads the text back.</summary>
public static class PngFile
{
    /// <summary>
    /// Writes an 8-bit RGB PNG file. The file appears complete or not at all.
    /// The same pixels and texts give the same bytes.
    /// </summary>
    /// <param name="path">Where to write; missing folders are made, an existing file is replaced.</param>
    /// <param name="image">The pixels.</param>
    /// <param name="text">Keywords (1 to 79 printable Latin-1 characters) and their texts, for example the sampling parameters.</param>
    /// <exception cref="ArgumentException">A keyword is not legal.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static void Write(string path, RgbImage image, IReadOnlyDictionary<string, string>? text = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = Encode(image, text);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes that <see cref="Write"/> writes.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="text">Keywords (1 to 79 printable Latin-1 characters) and their texts.</param>
    /// <exception cref="ArgumentException">A keyword is not legal.</exception>
    public static byte[] Encode(RgbImage image, IReadOnlyDictionary<string, string>? text = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return PngEncoder.Encode(image, text ?? new Dictionary<string, string>());
    }

    /// <summary>The texts in a PNG file (tEXt and uncompressed iTXt chunks), by keyword; of equal keywords the last one counts.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or no PNG.</exception>
    public static IReadOnlyDictionary<string, string> ReadText(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no image file {path}.", path);
        return ReadText(File.ReadAllBytes(path), Path.GetFileName(path));
    }

    /// <summary>The same of the bytes of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no PNG.</exception>
    public static IReadOnlyDictionary<string, string> ReadText(byte[] file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var (type, body) in PngChunk.Read(file))
                if (type is "tEXt" or "iTXt" && Parse(type, body.Span) is var (keyword, value)) texts[keyword] = value;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} is not a usable PNG image: {e.Message}. Replace the file.", e);
        }
        return texts;
    }

    private static (string Keyword, string Value)? Parse(string type, ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        if (end < 1) throw new InvalidDataException($"its {type} chunk has no keyword");
        var keyword = Encoding.Latin1.GetString(body[..end]);
        var rest = body[(end + 1)..];
        if (type == "tEXt") return (keyword, Encoding.Latin1.GetString(rest));

        // iTXt: compression flag, compression method, language tag, 0, translated keyword, 0, UTF-8 text.
        if (rest.Length < 2) throw new InvalidDataException("its iTXt chunk is cut");
        if (rest[0] != 0) return null;
        rest = rest[2..];
        for (var skipped = 0; skipped < 2; skipped++)
        {
            end = rest.IndexOf((byte)0);
            if (end < 0) throw new InvalidDataException("its iTXt chunk is cut");
            rest = rest[(end + 1)..];
        }
        return (keyword, Encoding.UTF8.GetString(rest));
    }
}

using Microsoft.Win32.SafeHandles;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>One tar file of a WebDataset: members of the same name up to its first dot are a sample.</summary>
internal static class WebDatasetShard
{
    private const int LongestLabel = 1 << 20;
    private static readonly string[] _images = ["jpg", "jpeg", "png", "webp", "bmp"];

    /// <summary>Lists the samples, in the order of their images, and reads their classes.</summary>
    /// <param name="path">The tar file.</param>
    /// <exception cref="InvalidDataException">It is damaged or cut, or a sample has no class or two images.</exception>
    public static IReadOnlyList<(TarMember Image, SampleClass Class)> Read(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            using var archive = File.OpenHandle(path);
            return Samples(archive);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} is not a usable WebDataset shard: {e.Message}. Fetch it again, or make it anew.", e);
        }
    }

    private static List<(TarMember Image, SampleClass Class)> Samples(SafeFileHandle archive)
    {
        var images = new List<(string Key, TarMember Member)>();
        var (withImage, classes, fromJson) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, SampleClass>(StringComparer.Ordinal), new Dictionary<string, SampleClass>(StringComparer.Ordinal));
        foreach (var listed in TarScanner.Scan(TarBytes.Of(archive)))
        {
            var member = listed with { Name = PrintableText.Of(listed.Name) };
            var (key, extension) = Split(member.Name);
            if (key.Length == 0) continue;
            if (_images.Contains(extension))
            {
                if (!withImage.Add(key)) throw new InvalidDataException($"sample {key} has two images");
                images.Add((key, member));
            }
            else if (extension == "cls")
            {
                classes[key] = Labelled(key, () => SampleClass.FromText(Bytes(archive, member)));
            }
            else if (extension == "json" && Labelled(key, () => SampleClass.FromJson(Bytes(archive, member))) is { } found)
            {
                fromJson[key] = found;
            }
        }
        if (images.Count == 0) throw new InvalidDataException("it has no images: expected members such as 000.jpg and 000.cls");
        return [.. images.Select(image => (image.Member, Combined(image.Key, classes, fromJson)))];
    }

    // The number of a .cls goes before that of a .json; a name is wherever it is given.
    private static SampleClass Combined(string key, Dictionary<string, SampleClass> classes, Dictionary<string, SampleClass> fromJson)
    {
        var (isText, isJson) = (classes.TryGetValue(key, out var text), fromJson.TryGetValue(key, out var json));
        if (!isText && !isJson) throw new InvalidDataException($"sample {key} has no class: expected {key}.cls, or {key}.json with a label");
        return new SampleClass(text.Number ?? json.Number, text.Name ?? json.Name);
    }

    // "a/b.c/000.seg.png" is the member seg.png of the sample a/b.c/000; hidden files belong to no sample.
    private static (string Key, string Extension) Split(string name)
    {
        var file = name.LastIndexOf('/') + 1;
        var dot = name.IndexOf('.', file);
        return dot <= file ? ("", "") : (name[..dot], name[(dot + 1)..].ToLowerInvariant());
    }

    private static T Labelled<T>(string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"sample {key} {e.Message}", e);
        }
    }

    private static byte[] Bytes(SafeFileHandle archive, TarMember member)
    {
        if (member.Size > LongestLabel) throw new InvalidDataException($"has a label member of {member.Size} bytes, at most {LongestLabel} are accepted");
        var bytes = new byte[member.Size];
        return RandomAccess.Read(archive, bytes, member.Offset) == bytes.Length ? bytes : throw new InvalidDataException("became shorter while it was read");
    }
}

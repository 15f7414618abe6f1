using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Msf.Data;

/// <summary>Writes samples of a WebDataset shard: <c>KEY.png</c>, <c>KEY.cls</c> with the class number, and <c>KEY.json</c> with number and name. The same samples give the same bytes.</summary>
internal sealed class WebDatasetWriter : IDisposable
{
    private readonly TarWriter _tar;
    private readonly IReadOnlyList<ImageClass> _classes;

    /// <param name="stream">Where to write; stays open.</param>
    /// <param name="classes">The classes.</param>
    public WebDatasetWriter(Stream stream, IReadOnlyList<ImageClass> classes)
    {
        _tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        _classes = classes;
    }

    /// <summary>Adds a sample.</summary>
    public void Add(PreparedImage image)
    {
        var key = image.Index.ToString("D8", CultureInfo.InvariantCulture);
        var label = image.Label.ToString(CultureInfo.InvariantCulture);
        Write($"{key}.{image.Extension}", image.Bytes);
        Write($"{key}.cls", Encoding.ASCII.GetBytes(label));
        Write($"{key}.json", Encoding.UTF8.GetBytes($"{{\"label\": {label}, \"class_name\": \"{JsonEncodedText.Encode(_classes[image.Label].Name)}\"}}"));
    }

    /// <summary>Writes the end of the archive.</summary>
    public void Dispose() => _tar.Dispose();

    private void Write(string name, byte[] bytes)
    {
        using var data = new MemoryStream(bytes);
        _tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, ModificationTime = DateTimeOffset.UnixEpoch });
    }
}

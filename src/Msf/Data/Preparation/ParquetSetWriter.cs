using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parquet;
using Parquet.Schema;

namespace Msf.Data;

/// <summary>Writes a parquet file as the Hugging Face hub ships image sets, in row groups small enough to be read for a single image.</summary>
internal sealed class ParquetSetWriter : IDisposable
{
    private const int GroupBytes = 1 << 20;
    private const int GroupRows = 1000;
    private static readonly JsonSerializerOptions _noteFormat = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private readonly DataField<byte[]> _bytes = new("bytes");
    private readonly DataField<string> _path = new("path");
    private readonly DataField<long> _label = new("label");
    private readonly ParquetWriter _writer;
    private readonly List<PreparedImage> _group = [];
    private long _groupBytes;

    /// <param name="stream">Where to write; stays open.</param>
    /// <param name="classes">The classes, noted as the hub does.</param>
    public ParquetSetWriter(Stream stream, IReadOnlyList<ImageClass> classes)
    {
        var schema = new ParquetSchema(new StructField("image", _bytes, _path), _label);
        // Images are compressed already, and no two are alike.
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.None, DictionaryEncodingThreshold = 0 };
        _writer = ParquetWriter.CreateAsync(schema, stream, options).GetAwaiter().GetResult();
        _writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Note(classes) };
    }

    /// <summary>Adds a row.</summary>
    public void Add(PreparedImage image)
    {
        _group.Add(image);
        _groupBytes += image.Bytes.Length;
        if (_group.Count >= GroupRows || _groupBytes >= GroupBytes) Flush();
    }

    /// <summary>Writes the last rows and the footer.</summary>
    public void Dispose()
    {
        if (_group.Count > 0) Flush();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Flush()
    {
        using (var rows = _writer.CreateRowGroup())
        {
            rows.WriteAsync(_bytes, _group.ConvertAll(image => image.Bytes)).GetAwaiter().GetResult();
            rows.WriteAsync(_path, _group.ConvertAll(image => string.Create(CultureInfo.InvariantCulture, $"{image.Index:D8}.{image.Extension}"))).GetAwaiter().GetResult();
            rows.WriteAsync<long>(_label, _group.ConvertAll(image => (long)image.Label).ToArray().AsMemory()).GetAwaiter().GetResult();
        }
        _group.Clear();
        _groupBytes = 0;
    }

    private static string Note(IReadOnlyList<ImageClass> classes) => JsonSerializer.Serialize(new
    {
        info = new
        {
            features = new
            {
                image = new { _type = "Image" },
                label = new { names = classes.Select(known => known.Name), _type = "ClassLabel" },
            },
        },
    }, _noteFormat);
}

using Msf.Data;
using Parquet;
using Parquet.Schema;

namespace Msf.Tests.Data;

/// <summary>Writes small parquet files as the hub ships them.</summary>
internal static class ParquetSets
{
    /// <summary>The hub's note about a struct of an image and a class.</summary>
    public const string Note =
        """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee", "cow"], "_type": "ClassLabel"}}}}""";

    /// <summary>A plain picture whose red is the number, encoded.</summary>
    public static byte[] Picture(int number) => PngFile.Encode(Pictures.Plain(4, 4, (byte)number, 0, 0));

    /// <summary>Pictures 0, 1, ... of classes by number, several rows a group.</summary>
    public static void Write(string path, long?[] labels, int rowsPerGroup = 2, string image = "image", string label = "label", string? note = Note) =>
        Write(path, [.. labels.Select((_, i) => Picture(i))], rowsPerGroup, image, new DataField<long?>(label), note, (writer, field, first, count) =>
            writer.WriteAsync<long>(field, labels.AsMemory(first, count)));

    /// <summary>Pictures 0, 1, ... of classes by name.</summary>
    public static void WriteNames(string path, params string[] names) =>
        Write(path, [.. names.Select((_, i) => Picture(i))], 2, "image", new DataField<string>("label"), null, (writer, field, first, count) =>
            writer.WriteAsync(field, names[first..(first + count)]));

    /// <summary>Given bytes, null for none, all of class 0, as plain 32-bit numbers.</summary>
    public static void WriteBytes(string path, params byte[]?[] images) =>
        Write(path, images, 2, "image", new DataField<int>("label"), Note, (writer, field, _, count) =>
            writer.WriteAsync<int>(field, new int[count].AsMemory()));

    private static void Write(
        string path, byte[]?[] images, int rowsPerGroup, string image, DataField label, string? note,
        Func<ParquetRowGroupWriter, DataField, int, int, Task> writeLabels)
    {
        var bytes = new DataField<byte[]>("bytes");
        var names = new DataField<string>("path");
        var schema = new ParquetSchema(new StructField(image, bytes, names), label);
        using var stream = File.Create(path);
        WriteAll().GetAwaiter().GetResult();

        async Task WriteAll()
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, stream);
            if (note is not null) writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = note };
            for (var first = 0; first < images.Length; first += rowsPerGroup)
            {
                var count = Math.Min(rowsPerGroup, images.Length - first);
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(bytes, images[first..(first + count)]!);
                await group.WriteAsync(names, Enumerable.Range(first, count).Select(i => $"{i}.png").ToArray());
                await writeLabels(group, label, first, count);
            }
        }
    }
}

using Parquet.Schema;

namespace Msf.Data;

/// <summary>The columns of a parquet file that matter here, as the Hugging Face hub ships image sets.</summary>
/// <param name="Image">Encoded images: member <c>bytes</c> of a struct, or a column of bytes.</param>
/// <param name="Label">Classes: whole numbers, or names.</param>
/// <param name="ClassNames">Names of the numbered classes; null where the file has none.</param>
internal sealed record ParquetColumns(DataField Image, DataField Label, string[]? ClassNames)
{
    private static readonly string[] _imageNames = ["image", "img", "jpg", "png", "webp"];
    private static readonly string[] _labelNames = ["label", "labels", "fine_label", "cls", "class"];
    private static readonly Type[] _numbers =
        [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort), typeof(uint)];

    /// <summary>Whether classes are given by name.</summary>
    public bool LabelsAreNames => Label.ClrType == typeof(ReadOnlyMemory<char>);

    /// <summary>Finds the columns: those that the hub's note names, else those of the usual names.</summary>
    /// <param name="schema">The file's schema.</param>
    /// <param name="note">The file's metadata "huggingface".</param>
    /// <exception cref="InvalidDataException">There is none; the message does not name the file.</exception>
    public static ParquetColumns Find(ParquetSchema schema, string? note)
    {
        var features = HubFeatures.Parse(note);
        string[] imageNames = features.Image is { } noted ? [noted, .. _imageNames] : _imageNames;
        var image = imageNames.Select(name => Bytes(schema, name)).FirstOrDefault(field => field is not null)
            ?? throw new InvalidDataException(
                $"it has no column of images: expected image or img with the member bytes, its columns are {Listed(schema)}");
        var labelNames = _labelNames.Concat(features.Labels.Keys.Order(StringComparer.Ordinal));
        var label = labelNames.Select(name => Classes(schema, name)).FirstOrDefault(field => field is not null)
            ?? throw new InvalidDataException(
                $"it has no column of classes: expected label, labels or fine_label with whole numbers or names, its columns are {Listed(schema)}");
        return new ParquetColumns(image, label, features.Labels.GetValueOrDefault(label.Name) is { Length: > 0 } names ? names : null);
    }

    private static DataField? Bytes(ParquetSchema schema, string name) => schema.Fields.FirstOrDefault(field => field.Name == name) switch
    {
        StructField parts => parts.Fields.OfType<DataField>().FirstOrDefault(part => part.Name == "bytes" && IsOne<ReadOnlyMemory<byte>>(part)),
        DataField field when IsOne<ReadOnlyMemory<byte>>(field) => field,
        _ => null,
    };

    private static DataField? Classes(ParquetSchema schema, string name) =>
        schema.Fields.OfType<DataField>().FirstOrDefault(field =>
            field.Name == name && field.MaxRepetitionLevel == 0 && (_numbers.Contains(field.ClrType) || IsOne<ReadOnlyMemory<char>>(field)));

    private static bool IsOne<T>(DataField field) => field.ClrType == typeof(T) && field.MaxRepetitionLevel == 0;

    private static string Listed(ParquetSchema schema)
    {
        const int most = 12;
        var names = schema.Fields.Select(field => field.Name).ToArray();
        return string.Join(", ", names.Take(most)) + (names.Length > most ? ", ..." : "");
    }
}

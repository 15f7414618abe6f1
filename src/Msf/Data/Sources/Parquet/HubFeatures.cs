using System.Text.Json;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>What the Hugging Face hub's writer notes in a parquet file about its columns (metadata "huggingface").</summary>
/// <param name="Image">The column of type Image; null where none is noted.</param>
/// <param name="Labels">Columns of type ClassLabel with the names of their classes.</param>
internal sealed record HubFeatures(string? Image, IReadOnlyDictionary<string, string[]> Labels)
{
    private static readonly HubFeatures _none = new(null, new Dictionary<string, string[]>());

    /// <summary>Reads the note; one of another form says nothing.</summary>
    public static HubFeatures Parse(string? json)
    {
        if (json is null) return _none;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (!Member(document.RootElement, "info", out var info) || !Member(info, "features", out var features)) return _none;
            var images = features.EnumerateObject().Where(feature => Kind(feature.Value) == "Image").Select(feature => feature.Name);
            var labels = features.EnumerateObject().Where(feature => Kind(feature.Value) == "ClassLabel");
            return new HubFeatures(images.FirstOrDefault(), labels.ToDictionary(feature => feature.Name, feature => Names(feature.Value)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return _none;
        }
    }

    private static bool Member(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object;
    }

    private static string? Kind(JsonElement feature) =>
        feature.ValueKind == JsonValueKind.Object && feature.TryGetProperty("_type", out var type) ? type.GetString() : null;

    private static string[] Names(JsonElement feature) =>
        feature.TryGetProperty("names", out var names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(name => PrintableText.Of(name.GetString() ?? ""))]
            : [];
}

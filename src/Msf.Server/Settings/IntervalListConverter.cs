using System.Text.Json;
using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Reads an <see cref="IntervalList"/>.</summary>
internal sealed class IntervalListConverter : JsonConverter<IntervalList>
{
    /// <inheritdoc/>
    public override IntervalList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 && root.GetArrayLength() <= 64)
        {
            if (root.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)) return new IntervalList([Pair(root)]);
            if (root.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Array)) return new IntervalList([.. root.EnumerateArray().Select(Pair)]);
        }
        throw new JsonException("an interval is [from, to], or a list of such pairs");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IntervalList value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Values, options);

    private static IReadOnlyList<double> Pair(JsonElement element) =>
        element.GetArrayLength() == 2 && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [element[0].GetDouble(), element[1].GetDouble()]
            : throw new JsonException("an interval has two numbers, [from, to]");
}

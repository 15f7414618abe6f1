using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Reads a <see cref="ClassList"/>.</summary>
internal sealed class ClassListConverter : JsonConverter<ClassList>
{
    private const int Longest = 4096;

    /// <inheritdoc/>
    public override ClassList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return new ClassList([Value(ref reader)]);
        var values = new List<string?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == Longest) throw new JsonException($"there are more than {Longest} classes");
            values.Add(Value(ref reader));
        }
        return values.Count > 0 ? new ClassList(values) : throw new JsonException("the list is empty; give a class, or leave it out");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClassList value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Values, options);

    private static string? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new JsonException("a class is a name, a whole number or null"),
    };
}

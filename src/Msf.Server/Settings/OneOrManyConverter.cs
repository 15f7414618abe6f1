using System.Text.Json;
using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Reads a value or a list of values, of bounded length.</summary>
internal sealed class OneOrManyConverter<T> : JsonConverter<OneOrMany<T>>
{
    private const int Longest = 256;

    /// <inheritdoc/>
    public override OneOrMany<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return new OneOrMany<T>([Value(ref reader, options)]);
        var values = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == Longest) throw new JsonException($"there are more than {Longest} values");
            values.Add(Value(ref reader, options));
        }
        return values.Count > 0 ? new OneOrMany<T>(values) : throw new JsonException("the list is empty; give a value, or leave it out");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OneOrMany<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Values, options);

    private static T Value(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<T>(ref reader, options) ?? throw new JsonException("a value is null");
}

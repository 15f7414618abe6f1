using System.Text.Json;
using System.Text.Json.Serialization;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary>Writes a size as a number where all images share it, else as <c>{"min": 60, "max": 64}</c>.</summary>
internal sealed class SizeRangeConverter : JsonConverter<SizeRange>
{
    /// <summary>Not supported: reports are written, never read.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override SizeRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Inspection reports are written, never read.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SizeRange value, JsonSerializerOptions options)
    {
        if (value.Least == value.Most)
        {
            writer.WriteNumberValue(value.Least);
            return;
        }
        writer.WriteStartObject();
        writer.WriteNumber("min", value.Least);
        writer.WriteNumber("max", value.Most);
        writer.WriteEndObject();
    }
}

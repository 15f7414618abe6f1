using System.Text.Json;
using System.Text.Json.Serialization;

namespace Msf.Runtime;

/// <summary>
/// How the project reads and writes its configuration records: camelCase, enums by name, comments allowed, unknown and
/// missing members refused. By reflection, because the source generator drops the defaults of init-only members.
/// </summary>
public static class JsonFormat
{
    /// <summary>Options for files that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>Options for one object a line.</summary>
    public static JsonSerializerOptions Line { get; } = Create(indented: false);

    /// <summary>Reads a record.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">What is read, for the message, for example a file's path.</param>
    /// <exception cref="InvalidDataException">The text is no JSON, or has unknown, missing or mistyped members.</exception>
    public static T Parse<T>(string json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Indented) ?? throw new InvalidDataException($"{what}: expected a JSON object, found null.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{what}: {error.Message}", error);
        }
    }

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}

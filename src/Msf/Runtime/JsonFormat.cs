using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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
            RequireWholeLists(json, what);
            return JsonSerializer.Deserialize<T>(json, Indented) ?? throw new InvalidDataException($"{what}: expected a JSON object, found null.");
        }
        catch (Exception error) when (IsFault(error))
        {
            throw Explain(error, what);
        }
    }

    /// <summary>Whether an exception of the JSON reader says that the text is wrong.</summary>
    internal static bool IsFault(Exception error) => error is JsonException or InvalidOperationException;

    /// <summary>One line for text that could not be read: where in the file it is no JSON, or which member is wrong.</summary>
    /// <param name="error">What the reader threw; an InvalidOperationException where half of a pair of surrogates stands alone.</param>
    /// <param name="what">What was read.</param>
    internal static InvalidDataException Explain(Exception error, string what) =>
        new($"{what}: {(error is JsonException json ? JsonFault.Describe(json) : "it has a text that is not valid Unicode.")}", error);

    // Nullable annotations are not looked at inside lists, where no record of ours expects a null.
    private static void RequireWholeLists(string json, string what)
    {
        using var document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (NullIn(document.RootElement) is { } name) throw new InvalidDataException($"{what}: {JsonFault.OneLine(name)} has a null in it; give a value for every entry.");
    }

    private static string? NullIn(JsonElement element, string name = "the list") => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(member => NullIn(member.Value, member.Name)).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => element.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Null)
            ? name
            : element.EnumerateArray().Select(item => NullIn(item, name)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),                                 // also in programs that have turned reflection off elsewhere, as those of one file do
        WriteIndented = indented,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}

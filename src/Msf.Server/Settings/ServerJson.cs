using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Msf.Server;

/// <summary>How the interface reads and writes JSON: camelCase, enumerations by name, unknown and repeated members refused.</summary>
internal static class ServerJson
{
    /// <summary>The options.</summary>
    internal static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>The same for OpenAI's shape, whose names are snake_case.</summary>
    internal static JsonSerializerOptions OpenAi { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">It is no JSON, or has unknown or mistyped members.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> json, JsonSerializerOptions? options = null)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, options ?? Options) ?? throw new RequestException("the body is null; expected a JSON object.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NotSupportedException or FormatException)
        {
            throw Explain(error as JsonException);
        }
    }

    /// <summary>Applies the conventions.</summary>
    internal static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();                       // also where a program has turned reflection off
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;                        // never written into HTML
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }

    private static RequestException Explain(JsonException? error)
    {
        if (error is null) return new RequestException("the body has a text that is not valid Unicode.");
        var what = Line(error.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].TrimEnd(' ', '|', '.'));
        var where = error.Path is { Length: > 2 } path ? Line(path[(path[1] == '.' ? 2 : 1)..]) : null;
        if (what.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)) return new RequestException($"there is no member {where}.", where);
        if (what.Contains("could not be converted to ", StringComparison.Ordinal)) return new RequestException($"{where ?? "the body"} has another type than is expected; the OpenAPI document says which.", where);
        return new RequestException(where is null ? $"the body is no JSON that is expected here: {what}." : $"{where}: {what}.", where);
    }

    // The reader quotes what it could not read.
    private static string Line(string text)
    {
        var line = string.Concat(text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character));
        return line.Length <= 200 ? line : $"{line[..200]} ...";
    }
}

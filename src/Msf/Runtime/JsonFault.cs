using System.Text.Json;

namespace Msf.Runtime;

/// <summary>Says in a person's words what the JSON reader found wrong.</summary>
internal static class JsonFault
{
    private const int LongestQuote = 160;

    /// <summary>One line, with the member that is wrong, or the line of the text that is no JSON.</summary>
    /// <param name="error">What the reader threw.</param>
    internal static string Describe(JsonException error)
    {
        var what = OneLine(error.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].TrimEnd(' ', '|', '.'));
        var where = error.Path is { Length: > 2 } path ? OneLine(path[(path[1] == '.' ? 2 : 1)..]) : null; // "$.training.batchSize" or "$['odd name']"
        if (After(what, "could not be converted to ") is { } type) return $"{where ?? "it"} is not {Expected(type)}.";
        if (After(what, "missing required properties including: ") is { } names) return $"{where ?? "it"} lacks {names.Replace("'", "")}.";
        if (what.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)) return $"there is no member {where}.";
        if (what.Contains("doesn't allow setting null values", StringComparison.Ordinal)) return $"{where} may not be null.";
        return where is not null ? $"{where}: {what}." : error.LineNumber is { } line ? $"no valid JSON, {what} (line {line + 1})." : $"{what}.";
    }

    // The reader quotes what it could not read, which in a damaged file can be all that follows.
    internal static string OneLine(string text)
    {
        var line = string.Concat(text.Select(character => PrintableText.IsHidden(character) ? ' ' : character));
        return line.Length <= LongestQuote ? line : $"{line[..(LongestQuote / 2)]} ... {line[^(LongestQuote / 2)..]}";
    }

    private static string? After(string text, string mark) =>
        text.Split(mark, 2, StringSplitOptions.None) is [_, var rest] ? rest : null;

    private static string Expected(string type) => type switch
    {
        "System.Int32" or "System.Int64" => "a whole number in its range",
        "System.Double" => "a number",
        "System.Boolean" => "true or false",
        "System.String" => "a text",
        _ when type.EndsWith("[]", StringComparison.Ordinal) => "a list",
        _ when typeof(JsonFault).Assembly.GetType(type) is { IsEnum: true } names =>
            $"one of {string.Join(", ", Enum.GetNames(names).Select(JsonNamingPolicy.CamelCase.ConvertName))}",
        _ => "an object",
    };
}

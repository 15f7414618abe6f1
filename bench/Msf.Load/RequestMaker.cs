using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Msf.Load;

/// <summary>Makes one request after the other.</summary>
internal sealed partial class RequestMaker
{
    private static readonly string[] _oddities =
    [
        "..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "a\0b", "'\"<script>", "💥", "\ud800", "C:\\x", "-1", "0", "1e308", "9007199254740993", "null", "", " ", "\r\nX-Injected: 1", "noto-emoji", "clock",
        "flag", "euler", "dopri5", "generate", "variations", "superResolution", "inpainting", "sweep", "iVBORw0KGgo=", "b64_json", "url", "auto", "32x32", "16x16", "99999x99999",
    ];

    // Most requests would otherwise be wrong in some member, and never reach what comes after the checks.
    private static readonly Dictionary<string, string[]> _plausible = new()
    {
        ["model"] = ["\"noto-emoji\"", "null"],
        ["kind"] = ["\"generate\""],
        ["classes"] = ["\"clock\"", "[0,null,\"flag\"]"],
        ["class"] = ["2"],
        ["prompt"] = ["\"flag\""],
        ["count"] = ["1", "2"],
        ["n"] = ["1"],
        ["seed"] = ["7"],
        ["steps"] = ["1", "[2,1]"],
        ["guidance"] = ["1", "[2,1]"],
        ["guidanceInterval"] = ["[0,1]"],
        ["guidance_interval"] = ["[0,1]"],
        ["solver"] = ["\"euler\"", "[\"heun\",\"uniPc\"]"],
        ["width"] = ["32"],
        ["height"] = ["32"],
        ["size"] = ["\"auto\""],
        ["baseIndex"] = ["0"],
        ["strength"] = ["null"],
        ["of"] = ["null"],
        ["image"] = ["null"],
        ["mask"] = ["null"],
        ["sweep"] = ["null"],
        ["response_format"] = ["\"url\"", "\"b64_json\""],
        ["output_format"] = ["\"png\""],
        ["partial_images"] = ["null"],
    };

    private static readonly HttpMethod[] _methods = [HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Head, HttpMethod.Options];
    private readonly List<(HttpMethod Method, string Path, JsonElement Operation)> _operations = [];
    private readonly JsonElement _schemas;
    private readonly Random _random;
    private readonly ConcurrentQueue<string> _ids;

    internal RequestMaker(JsonElement document, Random random, ConcurrentQueue<string> ids)
    {
        (_random, _ids, _schemas) = (random, ids, document.GetProperty("components").GetProperty("schemas"));
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
                _operations.Add((new HttpMethod(operation.Name.ToUpperInvariant()), path.Name, operation.Value));
    }

    /// <summary>Keeps identifiers of an answer for later requests.</summary>
    internal void Learn(byte[] answer)
    {
        if (answer.Length > 100_000) return;
        foreach (Match match in Identifier().Matches(Encoding.Latin1.GetString(answer)))
        {
            _ids.Enqueue(match.Groups[1].Value);
            if (_ids.Count > 200) _ids.TryDequeue(out _);
        }
    }

    /// <summary>The next request.</summary>
    internal HttpRequestMessage Next()
    {
        var (method, path, operation) = _operations[_random.Next(_operations.Count)];
        if (Chance(0.03)) method = _methods[_random.Next(_methods.Length)];
        var filled = Parameter().Replace(path, _ => Uri.EscapeDataString(Chance(0.6) && _ids.TryPeek(out var id) ? Chance(0.5) ? id : "noto-emoji" : Clean(Oddity())));
        if (Chance(0.01)) filled = $"/{Clean(Oddity())}{filled}";
        var query = new List<string>();
        if (operation.TryGetProperty("parameters", out var parameters))
            foreach (var parameter in parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query" && Chance(0.6)))
                query.Add($"{parameter.GetProperty("name").GetString()}={Uri.EscapeDataString(Chance(0.4) ? $"{_random.Next(0, 60)}" : Clean(Oddity()))}");
        var request = new HttpRequestMessage(method, Uri.TryCreate(query.Count > 0 ? $"{filled}?{string.Join('&', query)}" : filled, UriKind.Relative, out var uri) ? uri : new Uri("/", UriKind.Relative));
        if (Chance(0.02)) request.Headers.TryAddWithoutValidation("Last-Event-ID", Clean(Oddity()));
        if (Chance(0.01)) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Clean(Oddity())}");
        if (operation.TryGetProperty("requestBody", out var body) && Chance(0.97)) request.Content = Body(body.GetProperty("content").EnumerateObject().First());
        return request;
    }

    private StringContent Body(JsonProperty content)
    {
        var text = new StringBuilder();
        if (content.Name.EndsWith("json", StringComparison.Ordinal)) Write(text, content.Value.GetProperty("schema"), 0);
        else text.Append(Oddity());
        var written = text.ToString();
        if (Chance(0.03) && written.Length > 2) written = written[.._random.Next(written.Length)];
        if (Chance(0.03) && written.Length > 2) written = written.Insert(_random.Next(written.Length), Oddity());
        var made = new StringContent(Clean(written));
        made.Headers.ContentType = Chance(0.02) ? new MediaTypeHeaderValue("text/plain") : MediaTypeHeaderValue.Parse(content.Name);
        return made;
    }

    private void Write(StringBuilder text, JsonElement schema, int depth)
    {
        schema = Resolved(schema);
        if (Chance(0.06) || depth > 6)
        {
            Odd(text, depth);
            return;
        }
        if (schema.TryGetProperty("enum", out var names))
        {
            text.Append(names[_random.Next(names.GetArrayLength())].GetRawText());
            return;
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            Write(text, choices[_random.Next(choices.GetArrayLength())], depth + 1);
            return;
        }
        var type = schema.TryGetProperty("type", out var types) ? types.ValueKind == JsonValueKind.Array ? types[_random.Next(types.GetArrayLength())].GetString() : types.GetString() : "object";
        switch (type)
        {
            case "integer": text.Append(_random.Next(-1, 10)); break;
            case "number": text.Append((_random.NextDouble() * 5 - 0.2).ToString("F2", CultureInfo.InvariantCulture)); break;
            case "boolean": text.Append(Chance(0.5) ? "true" : "false"); break;
            case "null": text.Append("null"); break;
            case "string": text.Append(JsonSerializer.Serialize(Clean(Chance(0.2) && _ids.TryPeek(out var id) ? id : Oddity()))); break;
            case "array":
                text.Append('[');
                for (var i = _random.Next(0, 4); i > 0; i--)
                {
                    Write(text, schema.TryGetProperty("items", out var items) ? items : default, depth + 1);
                    if (i > 1) text.Append(',');
                }
                text.Append(']');
                break;
            default: Members(text, schema, depth); break;
        }
    }

    // Few of many members: most requests that have all of them are wrong in one.
    private void Members(StringBuilder text, JsonElement schema, int depth)
    {
        text.Append('{');
        var first = true;
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
            foreach (var member in properties.EnumerateObject().Where(_ => Chance(0.2)))
            {
                text.Append(first ? "" : ",").Append(JsonSerializer.Serialize(member.Name)).Append(':');
                if (_plausible.TryGetValue(member.Name, out var values) && Chance(0.75)) text.Append(values[_random.Next(values.Length)]);
                else Write(text, member.Value, depth + 1);
                first = false;
            }
        if (Chance(0.03)) text.Append(first ? "" : ",").Append(JsonSerializer.Serialize(Clean(Oddity()))).Append(":1");
        text.Append('}');
    }

    private void Odd(StringBuilder text, int depth) => text.Append(_random.Next(7) switch
    {
        0 => "null",
        1 => "-1",
        2 => "1e400",
        3 => string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40)),
        4 => $"\"{new string('x', _random.Next(1, 3000))}\"",
        5 => depth > 0 ? "{\"a\":{\"a\":1}}" : "[]",
        _ => JsonSerializer.Serialize(Clean(Oddity())),
    });

    private JsonElement Resolved(JsonElement schema)
    {
        while (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference)) schema = _schemas.GetProperty(reference.GetString()!.Split('/')[^1]);
        return schema.ValueKind == JsonValueKind.Object ? schema : JsonDocument.Parse("{}").RootElement;
    }

    private string Oddity() => _oddities[_random.Next(_oddities.Length)];

    // .NET's own client does not send half a pair of surrogates.
    private static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private bool Chance(double share) => _random.NextDouble() < share;

    [GeneratedRegex("\"id\":\"([0-9a-f]{26,32})\"")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}

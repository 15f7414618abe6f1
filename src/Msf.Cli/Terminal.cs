using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Msf.Cli;

/// <summary>Where a command writes: facts to standard output, progress and complaints to standard error.</summary>
/// <param name="Out">Standard output. With <c>--json</c> it receives one JSON object and nothing else.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <summary>Writes the one JSON object of a command.</summary>
    internal void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        var options = new JsonSerializerOptions(type.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // not for HTML
        Out.WriteLine(JsonSerializer.Serialize(value, options.GetTypeInfo(typeof(T))));
    }

    /// <summary>Writes a complaint as one line, whatever line breaks it holds.</summary>
    internal void WriteError(string message)
    {
        var lines = message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Error.WriteLine($"msf: {string.Join(' ', lines)}");
    }
}

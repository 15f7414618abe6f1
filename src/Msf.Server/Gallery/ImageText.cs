using System.Text.Json;
using Msf.Data;

namespace Msf.Server;

/// <summary>What a PNG file of the server says of itself, under the keyword <c>msf</c>.</summary>
/// <param name="Kind">What job made it.</param>
/// <param name="Index">Its place in the job.</param>
/// <param name="Settings">What it was made with.</param>
public sealed record ImageText(JobKind Kind, int Index, GenerationSettings Settings)
{
    /// <summary>The keyword.</summary>
    public const string Keyword = "msf";

    /// <summary>The file of an image. The same pixels and settings give the same bytes.</summary>
    internal byte[] Encode(RgbImage image) => PngFile.Encode(image, new Dictionary<string, string>
    {
        ["Software"] = "Msf",
        [Keyword] = JsonSerializer.Serialize(this, ServerJson.Options),
    });

    /// <summary>Reads it from a file; null where it is not there.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or no PNG, or its text is not what the server writes.</exception>
    internal static ImageText? Read(byte[] png, string name)
    {
        if (!PngFile.ReadText(png, name).TryGetValue(Keyword, out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<ImageText>(text, ServerJson.Options);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new InvalidDataException($"{name} has settings that this version does not understand.", error);
        }
    }

    /// <summary>Reads it from a file that must have it.</summary>
    /// <param name="png">The file.</param>
    /// <param name="name">What it is called in a message.</param>
    /// <param name="param">The member of the request that it came by; null for none.</param>
    /// <exception cref="RequestException">It is not there, or the file is damaged.</exception>
    internal static ImageText Expect(byte[] png, string name, string? param = null)
    {
        try
        {
            return Read(png, name) ?? throw new RequestException($"{name} carries no settings; take one that this server made.", param, 400, "no_settings");
        }
        catch (InvalidDataException error)
        {
            throw new RequestException(error.Message, param);
        }
    }
}

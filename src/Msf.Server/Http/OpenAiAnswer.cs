using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Images in OpenAI's shape.</summary>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Data">The images.</param>
/// <param name="Settings">What they were made with: the same request again gives the same images.</param>
public sealed record OpenAiAnswer(long Created, IReadOnlyList<OpenAiAnswer.Image> Data, GenerationSettings Settings)
{
    /// <summary>An image, as bytes or as an address.</summary>
    /// <param name="B64Json">The PNG file in Base64.</param>
    /// <param name="Url">Its address.</param>
    public sealed record Image(
        [property: JsonPropertyName("b64_json"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? B64Json,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url);
}

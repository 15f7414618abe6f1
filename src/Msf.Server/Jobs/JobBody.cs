using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>A job as it is asked for: settings, what kind of images, and what they start from.</summary>
public sealed record JobBody : SettingsBody
{
    /// <summary>What is made; images from noise where left out.</summary>
    public JobKind Kind { get; init; }

    /// <summary>Of variations, the image of the gallery whose base they share.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Of { get; init; }

    /// <summary>Of super-resolution and inpainting, the picture in Base64: PNG, JPEG, WebP or BMP.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; init; }

    /// <summary>Of inpainting, the mask in Base64, of the picture's shape: white is painted anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mask { get; init; }

    /// <summary>Of a sweep, what is tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SweepBody? Sweep { get; init; }
}

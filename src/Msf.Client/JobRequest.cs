using System.Text.Json.Serialization;

namespace Msf.Client;

/// <summary>Images to ask for. What is left out is the model's own.</summary>
public sealed record JobRequest
{
    /// <summary>What is made; images from noise by default.</summary>
    public JobKind Kind { get; init; }

    /// <summary>Name of the model; null for the server's default one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Names or numbers of the classes, taken in turn; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Number of images; default 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Seed, 0 to 2^53 - 1; null draws one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seed { get; init; }

    /// <summary>Solver steps, one number for all stages or one a stage, coarse to fine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Steps { get; init; }

    /// <summary>Guidance scale, one number for all stages or one a stage; 1 is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? Guidance { get; init; }

    /// <summary>First and last time with guidance, [from, to], one pair for all stages or one a stage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<double>>? GuidanceInterval { get; init; }

    /// <summary>Solver, one for all stages or one a stage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Solver { get; init; }

    /// <summary>Width in pixels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    /// <summary>Index of the image whose base all of them share; null gives each a base of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BaseIndex { get; init; }

    /// <summary>Of variations, the image of the gallery whose base they share.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Of { get; init; }

    /// <summary>Of super-resolution and inpainting, the picture's file: PNG, JPEG, WebP or BMP.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Image { get; init; }

    /// <summary>Of inpainting, the mask's file: white is painted anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Mask { get; init; }

    /// <summary>Of a picture, how much of its base is made anew, 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Strength { get; init; }

    /// <summary>Of a sweep, what is tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SweepRequest? Sweep { get; init; }
}

using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>A request in the shape of OpenAI's <c>POST /v1/images/generations</c>, with what a class-conditional model needs beside it.</summary>
public sealed record OpenAiBody
{
    /// <summary>Name of the model; the default one where left out.</summary>
    public string? Model { get; init; }

    /// <summary>Name of a class, where <c>class</c> and <c>classes</c> are left out. The model knows classes, not sentences.</summary>
    public string? Prompt { get; init; }

    /// <summary>Number of images; 1 where left out.</summary>
    public int? N { get; init; }

    /// <summary>Size as "WIDTHxHEIGHT", or "auto" for the model's own.</summary>
    public string? Size { get; init; }

    /// <summary>How images come: in the answer, or as addresses in the gallery. b64_json where left out.</summary>
    [JsonPropertyName("response_format")]
    public string? ResponseFormat { get; init; }

    /// <summary>The file's kind; png is the only one.</summary>
    [JsonPropertyName("output_format")]
    public string? OutputFormat { get; init; }

    /// <summary>Whether images come as server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>With <c>stream</c>, previews of an image on its way, 0 to 3; the finished base is always the last of them. 1 where left out.</summary>
    [JsonPropertyName("partial_images")]
    public int? PartialImages { get; init; }

    /// <summary>One class by name or number.</summary>
    public ClassList? Class { get; init; }

    /// <summary>Classes by name or number, taken in turn, where a null in the list is the null class. All in turn where left out.</summary>
    public ClassList? Classes { get; init; }

    /// <summary>Seed, 0 to 2^53 - 1; drawn where left out.</summary>
    public long? Seed { get; init; }

    /// <summary>Solver steps, one for all stages or one a stage, coarse to fine.</summary>
    public OneOrMany<int>? Steps { get; init; }

    /// <summary>Guidance scale, one for all stages or one a stage.</summary>
    public OneOrMany<double>? Guidance { get; init; }

    /// <summary>First and last time with guidance, [from, to] for all stages or one pair a stage.</summary>
    [JsonPropertyName("guidance_interval")]
    public IntervalList? GuidanceInterval { get; init; }

    /// <summary>Solver, one for all stages or one a stage.</summary>
    public OneOrMany<string>? Solver { get; init; }

    /// <summary>Index of the image whose base all of them share, as variations do; a base for each where left out.</summary>
    [JsonPropertyName("base_index")]
    public long? BaseIndex { get; init; }

    /// <summary>Somebody's identity for abuse reports; kept nowhere.</summary>
    public string? User { get; init; }
}

using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Settings as they are asked for: what is left out is the model's own.</summary>
public record SettingsBody
{
    /// <summary>Name of the model; the default one where left out.</summary>
    public string? Model { get; init; }

    /// <summary>Classes by name or number, taken in turn, where a null in the list is the null class. All in turn where left out.</summary>
    public ClassList? Classes { get; init; }

    /// <summary>Number of images; 1 where left out.</summary>
    public int? Count { get; init; }

    /// <summary>Seed, 0 to 2^53 - 1; drawn where left out.</summary>
    public long? Seed { get; init; }

    /// <summary>Solver steps, one for all stages or one a stage, coarse to fine.</summary>
    public OneOrMany<int>? Steps { get; init; }

    /// <summary>Guidance scale, one for all stages or one a stage.</summary>
    public OneOrMany<double>? Guidance { get; init; }

    /// <summary>First and last time with guidance, [from, to] for all stages or one pair a stage.</summary>
    public IntervalList? GuidanceInterval { get; init; }

    /// <summary>Solver, one for all stages or one a stage.</summary>
    public OneOrMany<string>? Solver { get; init; }

    /// <summary>Width in pixels; the model's own where left out.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels; the model's own where left out.</summary>
    public int? Height { get; init; }

    /// <summary>Of variations, the index whose base is shared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BaseIndex { get; init; }

    /// <summary>Of a picture, how much of its base is made anew, 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Strength { get; init; }
}

using System.Text.Json.Serialization;
using Msf.Sampling;

namespace Msf.Server;

/// <summary>What images are made with, resolved to the last value: asking for it again gives the same images.</summary>
public sealed record GenerationSettings
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Names of the classes, taken in turn; null is the null class.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>Number of images.</summary>
    public required int Count { get; init; }

    /// <summary>Seed of all noise, 0 to 2^53 - 1.</summary>
    public required long Seed { get; init; }

    /// <summary>Solver steps of every stage, coarse to fine.</summary>
    public required IReadOnlyList<int> Steps { get; init; }

    /// <summary>Guidance scale of every stage; 1 is none.</summary>
    public required IReadOnlyList<double> Guidance { get; init; }

    /// <summary>First and last time with guidance, of every stage.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> GuidanceInterval { get; init; }

    /// <summary>Solver of every stage.</summary>
    public required IReadOnlyList<SolverKind> Solver { get; init; }

    /// <summary>Width of the images in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the images in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Of variations, the index of the image whose base they share; else absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BaseIndex { get; init; }

    /// <summary>Of images made from a picture, how much of its base is made anew, 0 to 1; else absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Strength { get; init; }
}

namespace Msf.Client;

/// <summary>What images were made with, resolved to the last value.</summary>
public sealed record GenerationSettings
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Names of the classes, taken in turn; null is the null class.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>Number of images.</summary>
    public required int Count { get; init; }

    /// <summary>Seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Solver steps of every stage.</summary>
    public required IReadOnlyList<int> Steps { get; init; }

    /// <summary>Guidance scale of every stage.</summary>
    public required IReadOnlyList<double> Guidance { get; init; }

    /// <summary>First and last time with guidance of every stage.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> GuidanceInterval { get; init; }

    /// <summary>Solver of every stage.</summary>
    public required IReadOnlyList<string> Solver { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Of variations, the index whose base is shared.</summary>
    public long? BaseIndex { get; init; }

    /// <summary>Of a picture, how much of its base was made anew.</summary>
    public double? Strength { get; init; }
}

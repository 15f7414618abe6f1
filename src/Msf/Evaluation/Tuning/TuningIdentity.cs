namespace Msf.Evaluation;

/// <summary>What measurements depend on beside the settings: those of another identity are no measurements to go on from.</summary>
public sealed record TuningIdentity
{
    /// <summary>SHA-256 of the weights of every stage.</summary>
    public required string[] Weights { get; init; }

    /// <summary>SHA-256 of the autoencoder; null for a model of pixels.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>Data that the samples were compared with, as it was named.</summary>
    public required string Data { get; init; }

    /// <summary>Images of every class of it.</summary>
    public required long[] ClassCounts { get; init; }

    /// <summary>SHA-256 of the statistics file that stands for the data; null where its images do.</summary>
    public required string? Reference { get; init; }

    /// <summary>SHA-256 of the feature network.</summary>
    public required string Features { get; init; }

    /// <summary>Type of the products.</summary>
    public required string Precision { get; init; }

    /// <summary>Seed of the samples.</summary>
    public required long Seed { get; init; }

    /// <summary>Whether another identity is the same.</summary>
    public bool IsSame(TuningIdentity other) =>
        Weights.SequenceEqual(other.Weights) && ClassCounts.SequenceEqual(other.ClassCounts)
        && (Autoencoder, Data, Reference, Features, Precision, Seed) == (other.Autoencoder, other.Data, other.Reference, other.Features, other.Precision, other.Seed);
}

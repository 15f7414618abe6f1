using Msf.Training;

namespace Msf.Evaluation;

/// <summary>What the measurements of an arm depend on: those of another identity are no measurements to go on from.</summary>
internal sealed record ArmIdentity
{
    /// <summary>What was trained, and the sampling settings.</summary>
    public required RunConfig Run { get; init; }

    /// <summary>Images at which the model is judged.</summary>
    public required long[] JudgedAtImages { get; init; }

    /// <summary>Stages that guidance scales are set for; null for all.</summary>
    public int[]? GuidedStages { get; init; }

    /// <summary>SHA-256 of the feature network. Journals of old have a file's name here, and are of other settings.</summary>
    public required string Features { get; init; }

    /// <summary>Images that samples are compared with.</summary>
    public required string? Data { get; init; }

    /// <summary>Most images of the data that stand for it.</summary>
    public required int? ReferenceImages { get; init; }
}

namespace Msf.Checkpoints;

/// <summary>Where a model comes from.</summary>
public sealed record ModelProvenance
{
    /// <summary>Image source it was trained on, and its licence where known.</summary>
    public required string Data { get; init; }

    /// <summary>Images seen by every stage.</summary>
    public required long[] ImagesPerStage { get; init; }

    /// <summary>Training compute in multiply-adds, three forward passes a step.</summary>
    public required double TrainingMultiplyAdds { get; init; }

    /// <summary>Seed of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>Type of the products in training, <c>fp32</c> or <c>bf16</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double Seconds { get; init; }

    /// <summary>Program and version that trained it.</summary>
    public required string Program { get; init; }
}

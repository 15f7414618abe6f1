namespace Msf.Evaluation;

/// <summary>The memorisation check.</summary>
public sealed record MemorisationReport
{
    /// <summary>What the samples are compared with: held-out images, or the data's images each against all others.</summary>
    public required string ComparedWith { get; init; }

    /// <summary>In features of the network.</summary>
    public required MemorisationSpace Features { get; init; }

    /// <summary>In pixels of images shrunk to at most <see cref="EvaluationOptions.PixelSide"/>, root mean square over the levels, 0 to 255; null where sizes differ.</summary>
    public MemorisationSpace? Pixels { get; init; }
}

namespace Msf.Evaluation;

/// <summary>How near samples come to the data, against how near held-out data comes: samples that are nearer are repeated from the data.</summary>
public sealed record NeighbourReport
{
    /// <summary>In features of the network.</summary>
    public required NeighbourSpace Features { get; init; }

    /// <summary>In pixels, of images shrunk to at most <see cref="EvaluationOptions.PixelSide"/>; root mean square over the levels, 0 to 255.</summary>
    public NeighbourSpace? Pixels { get; init; }
}

namespace Msf.Evaluation;

/// <summary>Distances of samples to the nearest image of the data, in one space.</summary>
public sealed record NeighbourSpace
{
    /// <summary>Distances of the samples.</summary>
    public required DistanceSummary Samples { get; init; }

    /// <summary>Distances of held-out data to the same data; null where there is none.</summary>
    public DistanceSummary? HeldOut { get; init; }

    /// <summary>
    /// Share of the samples that are nearer to the data than all but 1 % of the held-out images: 0.01 where the model generalises as the held-out data does, towards 1 where it
    /// repeats. Null without held-out data.
    /// </summary>
    public double? CloserThanHeldOut { get; init; }

    /// <summary>The closest pairs, nearest first.</summary>
    public NeighbourPair[] Closest { get; init; } = [];
}

namespace Msf.Evaluation;

/// <summary>
/// What was measured of samples; members that were not asked for, or that network or data do not allow, are null. Written as JSON by <see cref="Runtime.JsonFormat"/>:
/// the <c>metrics</c> of <c>msf evaluate</c>.
/// </summary>
public sealed record MetricSet
{
    /// <summary>FID: squared units of the features, 0 at best; depends on the number of samples.</summary>
    public double? FrechetDistance { get; init; }

    /// <summary>What it is made of, and the share of eigenvalues that were clamped.</summary>
    public FrechetResult? Frechet { get; init; }

    /// <summary>FID at infinitely many samples.</summary>
    public double? FrechetDistanceInfinity { get; init; }

    /// <summary>The line by which it was found.</summary>
    public FrechetExtrapolation? Extrapolation { get; init; }

    /// <summary>sFID: the Frechet distance of spatial features.</summary>
    public double? SpatialFrechetDistance { get; init; }

    /// <summary>1 to the number of classes; higher is better, with no regard to the data.</summary>
    public InceptionScoreResult? InceptionScore { get; init; }

    /// <summary>KID, the squared maximum mean discrepancy: 0 at best, unbiased, below 0 by chance.</summary>
    public double? Kid { get; init; }

    /// <summary>Share of the samples that lie where data does, 0 to 1.</summary>
    public double? Precision { get; init; }

    /// <summary>Share of the data that lies where samples do, 0 to 1.</summary>
    public double? Recall { get; init; }

    /// <summary>How thickly data surrounds the samples: 1 for the data itself, and above.</summary>
    public double? Density { get; init; }

    /// <summary>Share of the data that has a sample in its neighbourhood, 0 to 1.</summary>
    public double? Coverage { get; init; }

    /// <summary>Share of the samples in which the network sees the class that they were made for, 0 to 1.</summary>
    public double? ClassAccuracy { get; init; }

    /// <summary>The same of every class.</summary>
    public ClassAccuracy[]? Classes { get; init; }

    /// <summary>Nearest images of the data.</summary>
    public NeighbourReport? Neighbours { get; init; }

    /// <summary>Energies of components and frequencies.</summary>
    public BandReport? Bands { get; init; }

    /// <summary>Standard errors of the figures.</summary>
    public MetricErrors Errors { get; init; } = new();

    /// <summary>Samples that the moments are of.</summary>
    public long Count { get; init; }

    /// <summary>Samples of which features were kept; what is not a matter of moments is of these.</summary>
    public long Kept { get; init; }

    /// <summary>Images of the data; null where its statistics do not tell.</summary>
    public long? ReferenceCount { get; init; }

    /// <summary>Images of the data of which features were kept.</summary>
    public long ReferenceKept { get; init; }

    /// <summary>Figures that were asked for and could not be had, with the reason.</summary>
    public LeftOutMetric[] LeftOut { get; init; } = [];
}

namespace Msf.Evaluation;

/// <summary>
/// Standard errors of the figures of the same names, given the reference, over drawing the samples anew; null where there is none. Those of Frechet distances are by bootstrap. Precision, recall, density and
/// coverage are resampled with the two manifolds as they are, for which the bootstrap's error is known in closed form. Inception score and KID have theirs from the spread of their parts and subsets.
/// </summary>
public sealed record MetricErrors
{
    /// <summary>Of the Frechet distance, by bootstrap of the kept samples.</summary>
    public double? FrechetDistance { get; init; }

    /// <summary>
    /// Of the extrapolated distance: the root of the sum of the squares of the error of the line's intercept and of the bootstrap's of the kept samples, whose noise all points of the line share;
    /// null without resamples.
    /// </summary>
    public double? FrechetDistanceInfinity { get; init; }

    /// <summary>Of the Inception score: the standard deviation of its parts, which share no sample, from their number less 1, over the root of their number.</summary>
    public double? InceptionScore { get; init; }

    /// <summary>Of KID: the standard deviation of its subsets over the root of the number of those that share no image. Never too small; the data's images are drawn anew in it, too.</summary>
    public double? Kid { get; init; }

    /// <summary>Of precision.</summary>
    public double? Precision { get; init; }

    /// <summary>Of recall.</summary>
    public double? Recall { get; init; }

    /// <summary>Of density.</summary>
    public double? Density { get; init; }

    /// <summary>Of coverage.</summary>
    public double? Coverage { get; init; }

    /// <summary>Of the accuracy.</summary>
    public double? ClassAccuracy { get; init; }
}

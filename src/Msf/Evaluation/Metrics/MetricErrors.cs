namespace Msf.Evaluation;

/// <summary>
/// Standard errors of the figures of the same names, given the reference, over drawing the samples anew; null where there is none. By bootstrap where resampling images
/// makes sense: precision, recall, density and coverage are resampled with the two manifolds as they are, for which the bootstrap's error is known in closed form.
/// </summary>
public sealed record MetricErrors
{
    /// <summary>Of the Frechet distance, by bootstrap of the kept samples.</summary>
    public double? FrechetDistance { get; init; }

    /// <summary>Of the extrapolated distance: that of the line's intercept.</summary>
    public double? FrechetDistanceInfinity { get; init; }

    /// <summary>Of the Inception score: its parts' standard deviation over the root of their number.</summary>
    public double? InceptionScore { get; init; }

    /// <summary>Of KID, from the spread of its subsets.</summary>
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

using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What settings gave with a number of samples.</summary>
public sealed record TuningMeasurement
{
    /// <summary>The settings.</summary>
    public required SamplingConfig Sampling { get; init; }

    /// <summary>Samples; distances of other counts are no distances to compare with.</summary>
    public required int Count { get; init; }

    /// <summary>Frechet distance of the samples from the data.</summary>
    public required double Distance { get; init; }

    /// <summary>
    /// Frechet distances without every eighth sample, beginning with the first, the second, ...: what the jackknife needs. Of the same images in every measurement, so that differences of two
    /// settings are told apart from what all share.
    /// </summary>
    public required double[] Without { get; init; }

    /// <summary>Kernel distance (KID) of the samples; null where the reference has no features.</summary>
    public double? KernelDistance { get; init; }

    /// <summary>Multiply-adds of sampling an image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Seconds of sampling an image, decoded, in batches: the median over the batches. Features are not counted.</summary>
    public required double SecondsPerImage { get; init; }

    /// <summary>Standard error of the distance by the jackknife; 0 where parts are missing.</summary>
    public double StandardError => Error(Without);

    /// <summary>Standard error of the difference of two distances of the same images, by the jackknife.</summary>
    /// <param name="other">Another measurement; where the counts differ the errors are added up as if independent.</param>
    public double ErrorOfDifference(TuningMeasurement other) => other.Count == Count && other.Without.Length == Without.Length
        ? Error([.. Without.Zip(other.Without, (mine, its) => mine - its)])
        : Math.Sqrt(StandardError * StandardError + other.StandardError * other.StandardError);

    // Quenouille and Tukey: sqrt((G - 1) / G sum (d_g - mean)²).
    private static double Error(double[] without)
    {
        if (without.Length < 2) return 0;
        var mean = without.Average();
        return Math.Sqrt((without.Length - 1.0) / without.Length * without.Sum(d => (d - mean) * (d - mean)));
    }
}

namespace Msf.Evaluation;

/// <summary>What a model of a comparison gave at one point of its training, under one sampling budget.</summary>
public sealed record ComparisonPoint
{
    /// <summary>Share of the training cost, above 0, at most 1.</summary>
    public required double Share { get; init; }

    /// <summary>Multiply-adds of training up to there.</summary>
    public required double TrainingMultiplyAdds { get; init; }

    /// <summary>Steps of every stage.</summary>
    public required int[] Steps { get; init; }

    /// <summary>Guidance scale.</summary>
    public required double Guidance { get; init; }

    /// <summary>Multiply-adds of sampling an image.</summary>
    public required long SamplingMultiplyAdds { get; init; }

    /// <summary>Seconds of sampling an image, decoded, in batches: the median over the batches.</summary>
    public required double SecondsPerImage { get; init; }

    /// <summary>Samples.</summary>
    public required int Count { get; init; }

    /// <summary>Frechet distance from the data.</summary>
    public required double Distance { get; init; }

    /// <summary>Its standard error over samples, by the jackknife; that over seeds is another.</summary>
    public required double StandardError { get; init; }

    /// <summary>Kernel distance (KID); null where the reference has no features.</summary>
    public double? KernelDistance { get; init; }
}

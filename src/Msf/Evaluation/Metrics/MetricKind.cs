namespace Msf.Evaluation;

/// <summary>Figures that samples are judged by.</summary>
public enum MetricKind
{
    /// <summary>The Frechet distance FID (Heusel et al. 2017).</summary>
    FrechetDistance,

    /// <summary>The Frechet distance at infinitely many samples (Chong and Forsyth 2020).</summary>
    FrechetInfinity,

    /// <summary>The Frechet distance of spatial features, sFID (Nash et al. 2021); only of networks that have them.</summary>
    SpatialFrechet,

    /// <summary>The Inception score (Salimans et al. 2016); only of networks that tell probabilities.</summary>
    InceptionScore,

    /// <summary>The kernel distance KID (Binkowski et al. 2018).</summary>
    KernelDistance,

    /// <summary>Improved precision and recall (Kynkäänniemi et al. 2019).</summary>
    PrecisionRecall,

    /// <summary>Density and coverage (Naeem et al. 2020).</summary>
    DensityCoverage,

    /// <summary>How often the network's class is the one that a sample was made for; only of networks that tell the data's classes.</summary>
    ClassAccuracy,

    /// <summary>The nearest image of the data for every sample, against the same for data that was held out: does the model repeat what it was trained on?</summary>
    Neighbours,

    /// <summary>Energy of the factorization's components and of radial frequency bands against the data's.</summary>
    Bands,
}

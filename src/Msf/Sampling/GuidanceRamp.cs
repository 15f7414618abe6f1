namespace Msf.Sampling;

/// <summary>
/// How the guidance scale goes over its interval from noise to data (Wang et al. 2024, "Analysis of classifier-free guidance weight schedulers", arXiv 2404.13040,
/// whose schedules are these, there with the mean scale kept instead of the highest). With u = (t - from) / (to - from) the scale is 1 + r(u) (w - 1).
/// </summary>
public enum GuidanceRamp
{
    /// <summary>r(u) = 1.</summary>
    Constant,

    /// <summary>r(u) = u: none near the noise, all of it near the data.</summary>
    LinearUp,

    /// <summary>r(u) = 1 - u: all of it near the noise, none near the data.</summary>
    LinearDown,

    /// <summary>r(u) = (1 - cos(π u)) / 2: up as <see cref="LinearUp"/>, gently at both ends.</summary>
    Cosine,
}

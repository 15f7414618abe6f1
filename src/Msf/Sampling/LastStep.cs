namespace Msf.Sampling;

/// <summary>The last step of Euler-Maruyama, to t = 1, as SiT offers it (Ma et al. 2024).</summary>
public enum LastStep
{
    /// <summary>Drift without noise.</summary>
    Mean,

    /// <summary>The data that the network sees.</summary>
    Tweedie,

    /// <summary>A step of the probability flow, without noise.</summary>
    Euler,

    /// <summary>A step like the others, with noise.</summary>
    None,
}

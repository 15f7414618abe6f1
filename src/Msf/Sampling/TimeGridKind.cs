namespace Msf.Sampling;

/// <summary>How steps are spread over time.</summary>
public enum TimeGridKind
{
    /// <summary>Equal steps of t; with a shift (Esser et al. 2024) more of them near the noise.</summary>
    Uniform,

    /// <summary>Steps that shrink evenly towards the data, <c>t = 1 - (1 - i / n)²</c> (Song et al. 2021, DDIM, appendix D.2).</summary>
    Quadratic,

    /// <summary>
    /// Equal steps of (sigma / alpha)^(1 / rho) between its largest and smallest value, then data (Karras et al. 2022, eq. 5); larger rho spends more steps near the data.
    /// </summary>
    Edm,

    /// <summary>Equal steps of the logarithm of the signal-to-noise ratio between the same values, then data (Lu et al. 2022, DPM-Solver): the limit of large rho.</summary>
    LogSnr,

    /// <summary>The times that are given.</summary>
    Explicit,
}

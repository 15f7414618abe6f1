namespace Msf.Diffusion;

/// <summary>The probability path between noise (t = 0) and data (t = 1), see <see cref="ProbabilityPath"/>.</summary>
public enum PathKind
{
    /// <summary>Straight: alpha = t, sigma = 1 - t (Lipman et al. 2023; Liu et al. 2023).</summary>
    Linear,

    /// <summary>
    /// Variance preserving with linear betas from 0.1 to 20, the continuous time of DDPM (Song et al. 2021, appendix C). Its velocity grows
    /// like (1 - t)^(-1/2) towards the data, so that noise prediction is the usual choice with it.
    /// </summary>
    VariancePreservingLinear,

    /// <summary>Variance preserving on a quarter circle: alpha = sin(pi t / 2), sigma = cos(pi t / 2) (Ma et al. 2024, "GVP").</summary>
    VariancePreservingCosine,

    /// <summary>
    /// The 1000 discrete steps of DDPM with linear betas from 0.0001 to 0.02, as DiT uses them (Ho et al. 2020); t = 1 - k / 1000 is after k steps.
    /// </summary>
    VariancePreservingDiscrete,
}

namespace Msf.Sampling;

/// <summary>How much noise the stochastic equation of Euler-Maruyama adds and removes over time: the coefficient w(t) of SiT (Ma et al. 2024, section 2.4).</summary>
public enum DiffusionForm
{
    /// <summary>w = sigma: falls to 0 towards the data, finite everywhere.</summary>
    Sigma,

    /// <summary>w = 1.</summary>
    Constant,

    /// <summary>
    /// w = sigma² alpha' / alpha - sigma sigma', the process of score-based models (Song et al. 2021). On paths that begin with alpha = 0 it is infinite
    /// at t = 0; it is taken from t = 0.001 on, as in SiT, and needs some hundred steps there.
    /// </summary>
    Sbdm,

    /// <summary>w = 1 - t.</summary>
    Linear,

    /// <summary>w = (1 + cos(pi t))² / 4; the norm multiplies the cosine.</summary>
    Decreasing,

    /// <summary>w = sin²(pi t): none at either end.</summary>
    IncreasingDecreasing,
}

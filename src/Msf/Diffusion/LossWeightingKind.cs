namespace Msf.Diffusion;

/// <summary>How much the loss of an image counts, by its time.</summary>
public enum LossWeightingKind
{
    /// <summary>All times count the same.</summary>
    Uniform,

    /// <summary>
    /// By the signal-to-noise ratio, in terms of the error of the data: <c>min(SNR, gamma)</c>, SNR = alpha² / sigma² (Hang et al. 2023, arXiv
    /// 2303.09556, section 3.4).
    /// </summary>
    MinSnr,
}

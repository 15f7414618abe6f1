namespace Msf.Sampling;

/// <summary>The function B(h) of UniPC (Zhao et al. 2023, section 3.1), h the step in half-log-SNR; both have the same order.</summary>
public enum UniPcVariant
{
    /// <summary>B(h) = e^h - 1, better with guidance and the usual choice.</summary>
    Bh2,

    /// <summary>B(h) = h.</summary>
    Bh1,
}

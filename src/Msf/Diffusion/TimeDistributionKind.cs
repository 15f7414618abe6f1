namespace Msf.Diffusion;

/// <summary>How training times are drawn.</summary>
public enum TimeDistributionKind
{
    /// <summary>t = sigmoid(n) with normal n: most training where the velocity is hardest to tell (Esser et al. 2024, section 3.1).</summary>
    LogitNormal,

    /// <summary>t uniform in [0, 1).</summary>
    Uniform,
}

using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// The noise on the condition of a stage above the base, one for training and sampling: generated conditions are never as clean as those
/// of the training data, and a stage that saw noise on them does not trust their faults (Ho et al. 2022, cascaded diffusion, section 4).
/// </summary>
public static class ConditionNoising
{
    /// <summary>Brings a condition to time t_u of the path: <c>alpha(t_u) u + sigma(t_u) noise</c>.</summary>
    /// <param name="path">The path of the stage that is conditioned.</param>
    /// <param name="u">The standardised condition, (B, C, ...).</param>
    /// <param name="tU">Times t_u in [0, 1], (B,); 1 leaves the condition clean.</param>
    /// <param name="noise">Standard normal noise, shape of <paramref name="u"/>.</param>
    /// <returns>Shape and type of <paramref name="u"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Apply(ProbabilityPath path, Tensor u, Tensor tU, Tensor noise) => path.Interpolate(u, noise, tU);
}

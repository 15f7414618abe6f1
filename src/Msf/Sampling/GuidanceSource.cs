namespace Msf.Sampling;

/// <summary>What guidance pushes away from.</summary>
public enum GuidanceSource
{
    /// <summary>The network's own prediction without a class (classifier-free guidance, Ho and Salimans 2022).</summary>
    NullClass,

    /// <summary>
    /// A weaker model's prediction with the same class (autoguidance, Karras et al. 2024, "Guiding a diffusion model with a bad version of itself", arXiv 2406.02507):
    /// an earlier checkpoint, or a smaller model, given when sampling.
    /// </summary>
    WeakerModel,
}

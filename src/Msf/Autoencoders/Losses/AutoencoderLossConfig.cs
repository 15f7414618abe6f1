namespace Msf.Autoencoders;

/// <summary>What an autoencoder is trained for: a weighted sum, of which every term is a mean over pixels, latent values or images.</summary>
public sealed record AutoencoderLossConfig
{
    /// <summary>Weight of the mean absolute difference of the pixels, in units of [-1, 1]; default 1.</summary>
    public double L1 { get; init; } = 1;

    /// <summary>Weight of 1 - multi-scale structural similarity; default 0.1. See <see cref="StructuralSimilarity"/>.</summary>
    public double MsSsim { get; init; } = 0.1;

    /// <summary>
    /// Weight of the Kullback-Leibler divergence of the latent from a standard normal distribution, in nats a latent value; default 1e-4. (Code that sums over
    /// pixels and latent values with weight w has here w times latent values over pixel values of an image.)
    /// </summary>
    public double Kl { get; init; } = 1e-4;

    /// <summary>Distance in the features of a network; null, the default, for none.</summary>
    public PerceptualConfig? Perceptual { get; init; }

    /// <summary>A network that learns to tell reconstructions from images; null, the default, for none.</summary>
    public DiscriminatorConfig? Discriminator { get; init; }

    /// <summary>That downsampled latents decode to downsampled images; null, the default, for no such term.</summary>
    public ScaleEquivarianceConfig? ScaleEquivariance { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void AtLeastZero(double weight, string name) { if (!(weight >= 0 && double.IsFinite(weight))) errors.Add($"{name} is {weight}, expected at least 0"); }
        AtLeastZero(L1, "l1");
        AtLeastZero(MsSsim, "msSsim");
        AtLeastZero(Kl, "kl");
        if (!(L1 > 0) && !(MsSsim > 0)) errors.Add("l1 and msSsim are both 0, so nothing would ask for a reconstruction; give one of them a weight");
        errors.AddRange(Perceptual?.Validate().Select(error => $"perceptual: {error}") ?? []);
        errors.AddRange(Discriminator?.Validate().Select(error => $"discriminator: {error}") ?? []);
        errors.AddRange(ScaleEquivariance?.Validate().Select(error => $"scaleEquivariance: {error}") ?? []);
        return errors;
    }
}

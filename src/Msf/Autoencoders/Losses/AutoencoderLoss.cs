using Msf.Factorization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>
/// The loss of a KL-regularised autoencoder (Rombach et al. 2022, appendix G): reconstruction, divergence of the latent, and where they are asked for features
/// and scale equivariance. The adversarial loss has a network of its own, <see cref="PatchDiscriminator"/>.
/// </summary>
/// <remarks>
/// Everything random comes from the generator, in this order whatever the configuration: noise of the latent, then two numbers for the equivariance. So runs with and
/// without that term see the same noise.
/// </remarks>
/// <param name="config">A valid configuration.</param>
/// <param name="perceptual">The network of <see cref="AutoencoderLossConfig.Perceptual"/>; belongs to the caller.</param>
public sealed class AutoencoderLoss(AutoencoderLossConfig config, PerceptualDistance? perceptual = null)
{
    /// <summary>Names of the parts, as metrics show them.</summary>
    public const string L1Part = "l1", MsSsimPart = "msSsim", KlPart = "kl", PerceptualPart = "perceptual", EquivariancePart = "equivariance", PsnrPart = "psnr";

    /// <summary>Encodes, draws a latent, decodes and compares.</summary>
    /// <param name="autoencoder">The autoencoder, in training.</param>
    /// <param name="images">(B, C, H, W), float32, in [-1, 1].</param>
    /// <param name="generator">A CPU generator; draws are moved to the device of <paramref name="images"/>.</param>
    /// <returns>The losses, owned by the caller's dispose scope.</returns>
    public AutoencoderLossResult Compute(IAutoencoder autoencoder, Tensor images, Generator generator)
    {
        using var scope = NewDisposeScope();
        var distribution = autoencoder.Encode(images);
        var noise = randn(distribution.Mean.shape, generator: generator).to(images.device);
        var drawn = rand(2, generator: generator).data<float>().ToArray();
        var latent = distribution.Sample(noise);                                              // (B, c, h, w)
        var decoded = autoencoder.Decode(latent);                                             // (B, C, H, W)
        var parts = new Dictionary<string, Tensor>();
        var total = Compare(images, decoded, parts);
        var divergence = distribution.Divergence().mean().Times(images.shape[0] / (double)latent.numel());
        parts.Add(KlPart, divergence);
        if (config.Kl > 0) total = total.Plus(divergence.Times(config.Kl));
        if (perceptual is not null)
        {
            var distance = perceptual.Of(images, decoded);
            parts.Add(PerceptualPart, distance);
            total = total.Plus(distance.Times(config.Perceptual!.Weight));
        }
        if (Equivariance(autoencoder, images, latent, drawn) is { } equivariance)
        {
            parts.Add(EquivariancePart, equivariance);
            total = total.Plus(equivariance.Times(config.ScaleEquivariance!.Weight));
        }
        parts.Add(PsnrPart, Psnr(images, decoded));
        return new AutoencoderLossResult(
            total.MoveToOuterDisposeScope(),
            decoded.MoveToOuterDisposeScope(),
            parts.ToDictionary(part => part.Key, part => part.Value.detach().MoveToOuterDisposeScope()));
    }

    /// <summary>Downsamples as the factorization does: by area means, once for each doubling of the factor.</summary>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="factor">A power of two.</param>
    /// <returns>(B, C, H / factor, W / factor), owned by the caller's dispose scope.</returns>
    public static Tensor Down(Tensor x, int factor)
    {
        using var scope = NewDisposeScope();
        for (; factor > 1; factor /= 2) x = Resampling.Down(x);
        return x.alias().MoveToOuterDisposeScope();
    }

    private Tensor? Equivariance(IAutoencoder autoencoder, Tensor images, Tensor latent, float[] drawn)
    {
        if (config.ScaleEquivariance is not { } settings || drawn[0] >= settings.Probability) return null;
        var factor = settings.Factors[Math.Min(settings.Factors.Length - 1, (int)(drawn[1] * settings.Factors.Length))];
        return Compare(Down(images, factor), autoencoder.Decode(Down(latent, factor)), []);
    }

    private Tensor Compare(Tensor images, Tensor decoded, Dictionary<string, Tensor> parts)
    {
        var l1 = decoded.sub(images).abs().mean();
        parts.Add(L1Part, l1);
        var total = l1.Times(config.L1);
        if (config.MsSsim == 0) return total;
        var dissimilarity = StructuralSimilarity.MultiScale(images, decoded).mean().SubtractedFrom(1);
        parts.Add(MsSsimPart, dissimilarity);
        return total.Plus(dissimilarity.Times(config.MsSsim));
    }

    // Of the whole batch, in decibels; the peak is the range of 2.
    private static Tensor Psnr(Tensor images, Tensor decoded)
    {
        using var noGradient = no_grad();
        return decoded.detach().sub(images).Squared().mean().Times(0.25).log10().Times(-10);
    }
}

using Msf.Autoencoders;

namespace Msf.Checkpoints;

/// <summary>Scale and shift of latents, which no autoencoder's weights tell, and who says so.</summary>
/// <param name="Scale">Diffusion sees (z - shift) scale.</param>
/// <param name="Shift">Diffusion sees (z - shift) scale.</param>
/// <param name="Origin">Where the two come from, for people.</param>
internal sealed record LatentFactors(double Scale, double Shift, string Origin)
{
    /// <summary>Of Stable Diffusion 1 and 2 (Rombach et al. 2022), and of diffusers where nothing is said.</summary>
    internal static LatentFactors StableDiffusion { get; } = new(0.18215, 0, "Stable Diffusion");

    /// <summary>Of Stable Diffusion XL (Podell et al. 2023), whose autoencoder has the same architecture.</summary>
    internal static LatentFactors StableDiffusionXl { get; } = new(0.13025, 0, "Stable Diffusion XL");

    /// <summary>Of Stable Diffusion 3 (Esser et al. 2024).</summary>
    internal static LatentFactors StableDiffusion3 { get; } = new(1.5305, 0.0609, "Stable Diffusion 3");

    private static readonly LatentFactors _none = new(1, 0, "nothing: weights do not tell them, give them with --config FILE, {\"scaling_factor\": S}");

    /// <summary>What a configuration says, else what the file says, else what the architecture suggests.</summary>
    /// <param name="given">A configuration, or null.</param>
    /// <param name="ofFile">What the weights' file says, or null.</param>
    /// <param name="config">The architecture.</param>
    internal static LatentFactors Of(AutoencoderFile? given, LatentFactors? ofFile, AutoencoderConfig config)
    {
        var fallback = ofFile ?? config switch
        {
            { Kind: AutoencoderKind.Tiny } => new LatentFactors(1, 0, "the TAESD family, whose latents are scaled already"),
            _ when given?.ClassName is not null => StableDiffusion with { Origin = "diffusers, which takes it where nothing is said" },
            { Kl: { Width: 128, InnerChannels: 4, LatentChannels: 4, Blocks: 2 } kl } when kl.Multipliers.AsSpan().SequenceEqual([1, 2, 4, 4]) => StableDiffusion,
            _ => _none,
        };
        return given?.Scale is null && given?.ShiftFactor is null
            ? fallback
            : new LatentFactors(given.Scale ?? fallback.Scale, given.ShiftFactor ?? fallback.Shift, "the configuration");
    }
}

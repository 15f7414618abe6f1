namespace Msf.Autoencoders;

/// <summary>What an autoencoder is: its family, the architecture in that family, and how diffusion sees its latents.</summary>
public sealed record AutoencoderConfig
{
    /// <summary>The family.</summary>
    public required AutoencoderKind Kind { get; init; }

    /// <summary>Channels of the images of <see cref="AutoencoderKind.Pixels"/>; default 3.</summary>
    public int PixelChannels { get; init; } = 3;

    /// <summary>Architecture, exactly where <see cref="Kind"/> is kl.</summary>
    public KlConfig? Kl { get; init; }

    /// <summary>Architecture, exactly where <see cref="Kind"/> is tiny.</summary>
    public TinyConfig? Tiny { get; init; }

    /// <summary>Diffusion sees (z - shift) scale: about unit deviation. Default 1; 0.18215 for Stable Diffusion's autoencoder.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Diffusion sees (z - shift) scale; default 0.</summary>
    public double Shift { get; init; }

    /// <summary>Channels of the images that go in.</summary>
    public int ImageChannels => Kind switch { AutoencoderKind.Kl => Kl!.InputChannels, AutoencoderKind.Tiny => 3, _ => PixelChannels };

    /// <summary>Channels of the latent.</summary>
    public int LatentChannels => Kind switch { AutoencoderKind.Kl => Kl!.LatentChannels, AutoencoderKind.Tiny => Tiny!.LatentChannels, _ => PixelChannels };

    /// <summary>Side of an image over side of its latent.</summary>
    public int Factor => Kind switch { AutoencoderKind.Kl => Kl!.Factor, AutoencoderKind.Tiny => TinyAutoencoder.SpatialFactor, _ => 1 };

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Matches(AutoencoderKind kind, string name, bool given)
        {
            if (given != (Kind == kind)) errors.Add($"kind is {Lower(Kind)} and {name} is {(given ? "given" : "missing")}; {name} belongs to kind {Lower(kind)}");
        }
        if (!Enum.IsDefined(Kind)) errors.Add($"kind is {Kind}, expected pixels, kl or tiny");
        Matches(AutoencoderKind.Kl, "kl", Kl is not null);
        Matches(AutoencoderKind.Tiny, "tiny", Tiny is not null);
        if (PixelChannels is < 1 or > 1 << 16) errors.Add($"pixelChannels is {PixelChannels}, expected 1 to {1 << 16}");
        if (!(double.IsFinite(Scale) && Scale > 0)) errors.Add($"scale is {Scale}, expected more than 0");
        if (!double.IsFinite(Shift)) errors.Add($"shift is {Shift}, expected a finite number");
        errors.AddRange(Kl?.Validate().Select(error => $"kl: {error}") ?? []);
        errors.AddRange(Tiny?.Validate().Select(error => $"tiny: {error}") ?? []);
        return errors;
    }

    private static string Lower(AutoencoderKind kind) => kind.ToString().ToLowerInvariant();
}

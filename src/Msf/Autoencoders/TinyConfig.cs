namespace Msf.Autoencoders;

/// <summary>Architecture of a <see cref="TinyAutoencoder"/>; the defaults are those of TAESD for Stable Diffusion.</summary>
public sealed record TinyConfig
{
    private const int MostChannels = 1 << 16;

    /// <summary>Channels of the latent: 4 (Stable Diffusion), 16 (Stable Diffusion 3, FLUX.1) or 32 (FLUX.2); default 4.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Channels of every layer between; default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Whether the blocks beside the latent have a normalised branch, as those for FLUX.2 do; default false.</summary>
    public bool MiddleNormalization { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (LatentChannels is < 1 or > MostChannels) errors.Add($"latentChannels is {LatentChannels}, expected 1 to {MostChannels}");
        if (Width is < 1 or > MostChannels) errors.Add($"width is {Width}, expected 1 to {MostChannels}");
        return errors;
    }
}

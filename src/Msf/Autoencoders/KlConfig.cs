namespace Msf.Autoencoders;

/// <summary>
/// Architecture of a <see cref="KlAutoencoder"/>; the defaults are those of Stable Diffusion's, whose names in the official configuration are
/// given where they differ.
/// </summary>
public sealed record KlConfig
{
    private const int MostChannels = 1 << 16;
    private const int MostBlocks = 64;

    /// <summary>Channels of the images; <c>in_channels</c>, default 3.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>Channels of the decoded images; <c>out_ch</c>, default 3.</summary>
    public int OutputChannels { get; init; } = 3;

    /// <summary>Channels at full size; <c>ch</c>, default 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Channels of every level over <see cref="Width"/>, full size first; <c>ch_mult</c>. One halving between two levels.</summary>
    public int[] Multipliers { get; init; } = [1, 2, 4, 4];

    /// <summary>Residual blocks a level, one more in the decoder; <c>num_res_blocks</c>, default 2.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Side of the images that the network was designed for; tells which levels have attention, any other size works; default 256.</summary>
    public int Resolution { get; init; } = 256;

    /// <summary>Sides of the levels that have attention behind every block, for images of <see cref="Resolution"/>; <c>attn_resolutions</c>, default none.</summary>
    public int[] AttentionResolutions { get; init; } = [];

    /// <summary>Channels between encoder and decoder; <c>z_channels</c>, default 4.</summary>
    public int InnerChannels { get; init; } = 4;

    /// <summary>Channels of the latent; <c>embed_dim</c>, default 4.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Whether the encoder gives mean and log-variance (<c>double_z</c>, the default) or a point.</summary>
    public bool Distribution { get; init; } = true;

    /// <summary>Whether a convolution of size 1 stands between the networks and the latent on either side; default true.</summary>
    public bool QuantConvolutions { get; init; } = true;

    /// <summary>Groups of every group normalisation; default 32.</summary>
    public int Groups { get; init; } = 32;

    /// <summary>ε of every group normalisation; default 1e-6.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Side of an image over side of its latent.</summary>
    public int Factor => 1 << (Multipliers.Length - 1);

    /// <summary>Channels of a level.</summary>
    /// <param name="level">0 is full size.</param>
    internal int LevelWidth(int level) => Width * Multipliers[level];

    /// <summary>Whether the blocks of a level have attention.</summary>
    /// <param name="level">0 is full size.</param>
    internal bool HasAttention(int level) => AttentionResolutions.Contains(Resolution >> level);

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Within(int value, int most, string name) { if (value < 1 || value > most) errors.Add($"{name} is {value}, expected 1 to {most}"); }
        Within(InputChannels, MostChannels, "inputChannels");
        Within(OutputChannels, MostChannels, "outputChannels");
        Within(Width, MostChannels, "width");
        Within(Blocks, MostBlocks, "blocks");
        Within(Resolution, MostChannels, "resolution");
        Within(InnerChannels, MostChannels, "innerChannels");
        Within(LatentChannels, MostChannels, "latentChannels");
        Within(Groups, MostChannels, "groups");
        if (Multipliers.Length is < 1 or > 8 || Multipliers.Any(factor => factor is < 1 or > MostBlocks))
            errors.Add($"multipliers is [{string.Join(", ", Multipliers)}], expected one to eight factors of 1 to {MostBlocks}");
        else if (Groups >= 1 && Multipliers.Any(factor => (long)factor * Width % Groups != 0))
            errors.Add($"width {Width} times [{string.Join(", ", Multipliers)}] is not divisible by {Groups} groups at every level; choose fewer groups");
        if (!(Epsilon > 0)) errors.Add($"epsilon is {Epsilon}, expected more than 0");
        if (!QuantConvolutions && LatentChannels != InnerChannels)
            errors.Add($"latentChannels is {LatentChannels} and innerChannels {InnerChannels}: without quantConvolutions they must be equal");
        return errors;
    }
}

namespace Msf.Modules;

/// <summary>How a block normalises its tokens before they are shifted and scaled.</summary>
public enum NormalizationKind
{
    /// <summary>To mean 0 and variance 1, without learned weights (DiT).</summary>
    LayerNorm,

    /// <summary>To root mean square 1, with one learned weight a channel (Zhang and Sennrich 2019).</summary>
    RmsNorm,
}

namespace Msf.Modules;

/// <summary>How tokens know their places.</summary>
public enum PositionKind
{
    /// <summary>Fixed sine-cosine codes added to the tokens (DiT).</summary>
    SinCos,

    /// <summary>The same, and queries and keys turned by angles in proportion to their places (Su et al. 2021), along every axis of the grid.</summary>
    Rotary,
}

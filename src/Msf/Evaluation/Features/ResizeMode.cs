namespace Msf.Evaluation;

/// <summary>
/// How images are brought to the size that a feature network takes: by filters that widen when shrinking, in floating point and clipped to the range of levels, as
/// Pillow does and clean-fid asks for (Parmar, Zhang and Zhu 2022). Filters that do not widen alias, and moved published distances by several units.
/// </summary>
public enum ResizeMode
{
    /// <summary>Cubic convolution with a = -0.5, antialiased: clean-fid's.</summary>
    Bicubic,

    /// <summary>The triangle, antialiased.</summary>
    Bilinear,
}

namespace Msf.Data;

/// <summary>How <see cref="Resampler"/> weighs the source pixels around a destination pixel.</summary>
internal enum ResamplingFilter
{
    /// <summary>The mean of the area that the destination pixel covers.</summary>
    Box,

    /// <summary>The triangle, widened to the destination pixel's area when shrinking.</summary>
    Bilinear,

    /// <summary>Cubic convolution with a = -0.5 (Keys 1981), widened to the destination pixel's area when shrinking.</summary>
    Bicubic,
}

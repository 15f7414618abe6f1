namespace Msf.Factorization;

/// <summary>
/// How a coarse level is brought to the size of the next finer one. The way down is always the 2x area mean, see <see cref="Resampling"/>.
/// </summary>
public enum UpsampleFilter
{
    /// <summary>Linear interpolation between half-pixel centres: a smooth base, hence a smaller residual.</summary>
    Bilinear,

    /// <summary>Every value fills its 2x2 cell: <c>Down(Up(b)) = b</c>, so that residuals have cell means of zero and can be projected.</summary>
    Nearest,
}

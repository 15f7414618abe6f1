namespace Msf.Training;

/// <summary>
/// How much a power-function average takes of the weights of every moment of training: <c>p(s) = (gamma + 1) s^gamma / t^(gamma + 1)</c> for s
/// from 0 to t, whose integral is 1 (Karras et al. 2024, arXiv 2312.02696, section 3.1 and appendix C).
/// </summary>
/// <param name="Gamma">Exponent, at least 0; 0 is the plain mean of all weights.</param>
/// <param name="Images">Where training stands, t, in images; above 0.</param>
public readonly record struct PowerFunctionProfile(double Gamma, double Images)
{
    /// <summary>Largest relative width that is accepted; gamma = 0, the widest of all, has 1 / sqrt(12) = 0.289.</summary>
    public const double WidestRelativeWidth = 0.28;

    /// <summary>The profile of a relative width.</summary>
    /// <param name="relativeWidth">Standard deviation of the profile over t, sigma_rel, above 0, at most <see cref="WidestRelativeWidth"/>.</param>
    /// <param name="images">t in images, above 0.</param>
    public static PowerFunctionProfile OfWidth(double relativeWidth, double images) => new(GammaOf(relativeWidth), images);

    /// <summary>sigma_rel of an exponent: <c>sqrt(gamma + 1) / ((gamma + 2) sqrt(gamma + 3))</c>.</summary>
    /// <param name="gamma">Exponent, at least 0.</param>
    public static double RelativeWidthOf(double gamma) => Math.Sqrt((gamma + 1) / (gamma + 3)) / (gamma + 2);

    /// <summary>The exponent of a relative width: the largest root of <c>g^3 + 7 g^2 + (16 - w^-2) g + (12 - w^-2)</c>.</summary>
    /// <param name="relativeWidth">sigma_rel, above 0, at most <see cref="WidestRelativeWidth"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is outside that range.</exception>
    public static double GammaOf(double relativeWidth)
    {
        if (!(relativeWidth is > 0 and <= WidestRelativeWidth))
            throw new ArgumentOutOfRangeException(nameof(relativeWidth), relativeWidth, $"a relative width is above 0 and at most {WidestRelativeWidth}.");
        var square = 1 / (relativeWidth * relativeWidth);
        var gamma = 1 / relativeWidth;                                                        // right of the root, where the cubic is convex: Newton only falls
        while (true)
        {
            var value = ((gamma + 7) * gamma + 16 - square) * gamma + 12 - square;
            var next = gamma - value / ((3 * gamma + 14) * gamma + 16 - square);
            if (next >= gamma) return gamma;
            gamma = next;
        }
    }

    /// <summary>Integral of the product of two profiles; its square root at a = b is the norm of the profile.</summary>
    public static double InnerProduct(PowerFunctionProfile a, PowerFunctionProfile b)
    {
        var (shorter, longer) = a.Images <= b.Images ? (a, b) : (b, a);
        return (a.Gamma + 1) * (b.Gamma + 1) / (a.Gamma + b.Gamma + 1) * Math.Pow(shorter.Images / longer.Images, longer.Gamma) / longer.Images;
    }
}

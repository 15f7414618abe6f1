using Msf.Training;

namespace Msf.Tests.Training;

public class PowerFunctionProfileTests
{
    [Theory]
    [InlineData(0.05, 16.97)]
    [InlineData(0.10, 6.94)]
    public void Widths_have_the_exponents_of_the_paper(double relativeWidth, double gamma) =>
        Assert.Equal(gamma, PowerFunctionProfile.GammaOf(relativeWidth), 0.005);

    [Theory]
    [InlineData(1e-4)]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.15)]
    [InlineData(0.25)]
    [InlineData(0.28)]
    public void Width_and_exponent_are_each_other_s_inverse(double relativeWidth) =>
        Assert.Equal(relativeWidth, PowerFunctionProfile.RelativeWidthOf(PowerFunctionProfile.GammaOf(relativeWidth)), 1e-9 * relativeWidth);

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.1)]
    [InlineData(0.29)]
    [InlineData(double.NaN)]
    public void A_width_that_no_exponent_has_is_refused(double relativeWidth) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PowerFunctionProfile.GammaOf(relativeWidth));

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.20)]
    public void The_width_is_the_standard_deviation_of_the_profile_over_its_length(double relativeWidth)
    {
        var profile = PowerFunctionProfile.OfWidth(relativeWidth, 40);
        var mean = Integral(s => s * Density(profile, s), 40);
        var variance = Integral(s => (s - mean) * (s - mean) * Density(profile, s), 40);
        Assert.Equal(1, Integral(s => Density(profile, s), 40), 1e-6);
        Assert.Equal(relativeWidth * 40, Math.Sqrt(variance), 1e-4);
    }

    [Theory]
    [InlineData(0.05, 40, 0.10, 40)]
    [InlineData(0.05, 40, 0.10, 25)]
    [InlineData(0.20, 10, 0.10, 25)]
    public void The_inner_product_is_the_integral_of_the_product(double widthA, double imagesA, double widthB, double imagesB)
    {
        var (a, b) = (PowerFunctionProfile.OfWidth(widthA, imagesA), PowerFunctionProfile.OfWidth(widthB, imagesB));
        var expected = Integral(s => Density(a, s) * Density(b, s), Math.Min(imagesA, imagesB));
        Assert.Equal(expected, PowerFunctionProfile.InnerProduct(a, b), 1e-6 * expected);
        Assert.Equal(PowerFunctionProfile.InnerProduct(a, b), PowerFunctionProfile.InnerProduct(b, a), 1e-15);
    }

    private static double Density(PowerFunctionProfile profile, double s) =>
        (profile.Gamma + 1) * Math.Pow(s / profile.Images, profile.Gamma) / profile.Images;

    private static double Integral(Func<double, double> f, double end)
    {
        const int Pieces = 100_000;
        return Enumerable.Range(0, Pieces).Sum(i => f((i + 0.5) * end / Pieces)) * end / Pieces;
    }
}

using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// The forward process of DDPM in continuous time (Song et al. 2021, eq. 29), run backwards: with s = 1 - t and
/// beta(s) = 0.1 + 19.9 s, <c>log alpha = -s^2 19.9 / 4 - s 0.1 / 2</c> and <c>sigma^2 = 1 - alpha^2</c>. At t = 0, alpha is 0.0066, not 0.
/// </summary>
internal sealed class VariancePreservingLinearPath() : VariancePreservingPath(PathKind.VariancePreservingLinear)
{
    private const double BetaMinimum = 0.1;
    private const double BetaMaximum = 20;

    protected override (double Alpha, double Sigma, double AlphaDerivative) Values(double t)
    {
        var s = 1 - t;
        var logAlpha = s * (s * (BetaMinimum - BetaMaximum) / 4 - BetaMinimum / 2);
        var rate = (s * (BetaMaximum - BetaMinimum) + BetaMinimum) / 2;          // d log alpha / dt = beta(s) / 2
        var alpha = Math.Exp(logAlpha);
        var variance = -2 * alpha * Math.Sinh(logAlpha);                         // 1 - alpha^2 without cancellation
        return (alpha, Math.Sqrt(variance), alpha * rate);
    }

    protected override (Tensor Alpha, Tensor Sigma, Tensor AlphaDerivative) Values(Tensor t)
    {
        var s = t.SubtractedFrom(1);
        var logAlpha = s * s.Times((BetaMinimum - BetaMaximum) / 4).Plus(-BetaMinimum / 2);
        var rate = s.Times((BetaMaximum - BetaMinimum) / 2).Plus(BetaMinimum / 2);      // d log alpha / dt = beta(s) / 2
        var alpha = logAlpha.exp();
        return (alpha, (-logAlpha.Times(2).expm1()).sqrt(), alpha * rate);
    }
}

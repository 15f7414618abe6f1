using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// The 1000 steps of DDPM (Ho et al. 2020) with betas from 0.0001 to 0.02, as DiT was trained: after k = 1000 (1 - t) steps
/// <c>alpha^2 = product over i below k of (1 - beta_i)</c>, exactly where k is whole, smooth between. DiT's step number is k - 1.
/// </summary>
/// <remarks>
/// log(1 - beta) is a power series of beta, beta is linear in i, and sums of powers of i are polynomials: so log alpha^2 is a polynomial in k, here in
/// s = k / 1000. Ten powers of beta leave an error below 1e-15.
/// </remarks>
internal sealed class VariancePreservingDiscretePath() : VariancePreservingPath(PathKind.VariancePreservingDiscrete)
{
    internal const int Steps = 1000;
    private const double FirstBeta = 0.0001;
    private const double LastBeta = 0.02;
    private const int Powers = 10;

    // log alpha^2 = sum of c[j] s^j, c[0] = 0.
    private static readonly double[] _coefficients = Coefficients();
    private static readonly double[] _derivative = [.. _coefficients.Skip(1).Select((c, j) => c * (j + 1))];

    protected override (double Alpha, double Sigma, double AlphaDerivative) Values(double t)
    {
        var s = 1 - t;
        var logarithm = Horner(_coefficients, s);
        var alpha = Math.Exp(logarithm / 2);
        var variance = -2 * alpha * Math.Sinh(logarithm / 2);                                 // 1 - alpha^2 without cancellation
        return (alpha, Math.Sqrt(variance), -alpha * Horner(_derivative, s) / 2);
    }

    protected override (Tensor Alpha, Tensor Sigma, Tensor AlphaDerivative) Values(Tensor t)
    {
        var s = t.SubtractedFrom(1);
        var logarithm = Horner(_coefficients, s);
        var alpha = logarithm.Times(0.5).exp();
        return (alpha, (-logarithm.expm1()).sqrt(), alpha * Horner(_derivative, s).Times(-0.5));
    }

    private static double Horner(double[] coefficients, double s)
    {
        var sum = 0.0;
        for (var j = coefficients.Length - 1; j >= 0; j--) sum = sum * s + coefficients[j];
        return sum;
    }

    private static Tensor Horner(double[] coefficients, Tensor s)
    {
        var sum = s.Times(0).Plus(coefficients[^1]);
        for (var j = coefficients.Length - 2; j >= 0; j--) sum = (sum * s).Plus(coefficients[j]);
        return sum;
    }

    // -sum over n of 1/n sum over i < k of (first + step i)^n, by the binomial theorem.
    private static double[] Coefficients()
    {
        var step = (LastBeta - FirstBeta) / (Steps - 1);
        var sums = PowerSums();
        var coefficients = new double[Powers + 2];
        for (var n = 1; n <= Powers; n++)
        {
            var binomial = 1.0;
            for (var m = 0; m <= n; m++)
            {
                var factor = -binomial * Math.Pow(FirstBeta, n - m) * Math.Pow(step, m) / n;
                for (var j = 0; j < sums[m].Length; j++) coefficients[j] += factor * sums[m][j] * Math.Pow(Steps, j);
                binomial = binomial * (n - m) / (m + 1);
            }
        }
        return coefficients;
    }

    // Coefficients in k of the sum over i < k of i^m, out of (m + 1) S_m = k^(m+1) - sum over j < m of binomial(m + 1, j) S_j.
    private static double[][] PowerSums()
    {
        var sums = new double[Powers + 1][];
        for (var m = 0; m <= Powers; m++)
        {
            var sum = new double[m + 2];
            sum[m + 1] = 1;
            var binomial = 1.0;                                                               // (m + 1 over j)
            for (var j = 0; j < m; j++)
            {
                for (var power = 0; power < sums[j].Length; power++) sum[power] -= binomial * sums[j][power];
                binomial = binomial * (m + 1 - j) / (j + 1);
            }
            sums[m] = [.. sum.Select(c => c / (m + 1))];
        }
        return sums;
    }
}

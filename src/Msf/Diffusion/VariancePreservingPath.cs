using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>A path with <c>alpha^2 + sigma^2 = 1</c> that is given by alpha: <c>sigma' = -alpha alpha' / sigma</c>.</summary>
internal abstract class VariancePreservingPath(PathKind kind) : ProbabilityPath(kind)
{
    /// <summary>sigma' is infinite at t = 1: there it is taken this much earlier.</summary>
    private const double EndMargin = 1e-5;

    /// <inheritdoc/>
    public override bool VelocityIsInfiniteAtData => true;

    /// <inheritdoc/>
    public override PathCoefficients At(double t)
    {
        var (alpha, sigma, alphaDerivative) = Values(t);
        var (endAlpha, endSigma, endDerivative) = Values(Math.Min(t, 1 - EndMargin));
        return new(alpha, sigma, alphaDerivative, -endAlpha * endDerivative / endSigma);
    }

    /// <summary>Alpha, sigma and the derivative of alpha at a time.</summary>
    protected abstract (double Alpha, double Sigma, double AlphaDerivative) Values(double t);

    /// <summary>The same for times, (B), float64.</summary>
    protected abstract (Tensor Alpha, Tensor Sigma, Tensor AlphaDerivative) Values(Tensor t);

    private protected override PathCoefficientTensors Compute(Tensor t)
    {
        var (alpha, sigma, alphaDerivative) = Values(t);
        var (endAlpha, endSigma, endDerivative) = Values(t.Clamped(0, 1 - EndMargin));
        return new(alpha, sigma, alphaDerivative, -(endAlpha * endDerivative / endSigma));
    }
}

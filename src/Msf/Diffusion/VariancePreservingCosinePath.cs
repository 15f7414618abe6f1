using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>alpha = sin(pi t / 2), sigma = cos(pi t / 2).</summary>
internal sealed class VariancePreservingCosinePath() : ProbabilityPath(PathKind.VariancePreservingCosine)
{
    private const double Rate = Math.PI / 2;

    public override PathCoefficients At(double t)
    {
        var (sine, cosine) = Math.SinCos(Rate * t);
        return new(sine, cosine, Rate * cosine, -Rate * sine);
    }

    private protected override PathCoefficientTensors Compute(Tensor t)
    {
        var angle = t.Times(Rate);
        var (sine, cosine) = (angle.sin(), angle.cos());
        return new(sine, cosine, cosine.Times(Rate), sine.Times(-Rate));
    }
}

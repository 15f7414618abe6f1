using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// Euler and Maruyama's method for <c>dx = (v + w score) dt + sqrt(2 w) dW</c>, which has the distributions of the probability flow for every
/// coefficient w(t) (Ma et al. 2024, SiT, eq. 10).
/// </summary>
internal sealed class EulerMaruyamaSolver(ProbabilityPath path, IFlowField field, SolverOptions options, FreshNoise noise) : Solver(field, noise)
{
    // Where SiT begins with the coefficient that is infinite at t = 0.
    private const double SbdmStart = 1e-3;

    /// <summary>The coefficient w at a time.</summary>
    internal double Diffusion(double t) => options.Diffusion switch
    {
        DiffusionForm.Constant => options.DiffusionNorm,
        DiffusionForm.Sbdm => options.DiffusionNorm * ScoreBased(path.At(Math.Max(t, SbdmStart))),
        DiffusionForm.Linear => options.DiffusionNorm * (1 - t),
        DiffusionForm.Decreasing => Math.Pow(1 + options.DiffusionNorm * Math.Cos(Math.PI * t), 2) / 4,
        DiffusionForm.IncreasingDecreasing => options.DiffusionNorm * Math.Pow(Math.Sin(Math.PI * t), 2),
        _ => options.DiffusionNorm * path.At(t).Sigma,
    };

    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var last = next == 1 ? options.LastStep : LastStep.None;
        var h = next - t;
        var (data, eps) = Field.DataAndNoiseAt(x, t);
        if (last == LastStep.Tweedie) return data;
        var at = path.At(t);
        var w = last == LastStep.Euler ? 0 : Diffusion(t);
        // score = -eps / sigma
        var drift = data.Times(at.AlphaDerivative).Plus(eps.Times(at.SigmaDerivative - w / at.Sigma));
        var mean = x.Plus(drift.Times(h));
        return last == LastStep.None ? mean.Plus(Fresh().Times(Math.Sqrt(2 * w * h))) : mean;
    }

    private static double ScoreBased(PathCoefficients at) =>
        at.Sigma * at.Sigma * at.AlphaDerivative / at.Alpha - at.Sigma * at.SigmaDerivative;
}

using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// Ancestral sampling: draws from the posterior q(x' | x, data) at the predicted data (Ho et al. 2020, eqs. 6 and 7), written for any path. With
/// <c>r = alpha / alpha'</c> and <c>b = sigma² - r² sigma'²</c> its mean is <c>(r sigma'² x + alpha' b data) / sigma²</c>, its variance
/// <c>b sigma'² / sigma²</c>; a network that predicts the variance chooses between that and b (Nichol and Dhariwal 2021, eq. 15). On a grid with fewer steps
/// than the training this is what DiT's respacing gives.
/// </summary>
internal sealed class DdpmSolver(ProbabilityPath path, IFlowField field, FreshNoise noise) : Solver(field, noise)
{
    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var (data, _, learned) = Field.DataNoiseAndVarianceAt(x, t);
        var (from, to) = (path.At(t), path.At(next));
        var (r, fromVariance, toVariance) = (from.Alpha / to.Alpha, from.Sigma * from.Sigma, to.Sigma * to.Sigma);
        var b = Math.Max(0, fromVariance - r * r * toVariance);
        var mean = x.Times(r * toVariance / fromVariance).Plus(data.Times(to.Alpha * b / fromVariance));
        if (next == 1) return mean;
        var smallest = b * toVariance / fromVariance;
        if (learned is null) return mean.Plus(Fresh().Times(Math.Sqrt(smallest)));
        // exp of half of (v + 1) / 2 ln b + (1 - v) / 2 ln smallest
        var (large, small) = (Math.Log(b), Math.Log(smallest));
        var deviation = learned.Times((large - small) / 4).Plus((large + small) / 4).exp();
        return mean.Plus(Fresh().mul(deviation));
    }
}

using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// DDIM (Song et al. 2021, "Denoising diffusion implicit models", eq. 12): mixes the predicted data and noise anew for the next time,
/// <c>x' = alpha' x1 + sigma' eps</c>, of which a part is fresh noise where eta is above 0. On the linear path and without it, Euler's method.
/// </summary>
internal sealed class DdimSolver(ProbabilityPath path, IFlowField field, double eta, FreshNoise? noise) : Solver(field, noise)
{
    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var (data, noise) = Field.DataAndNoiseAt(x, t);
        var (from, to) = (path.At(t), path.At(next));
        var ratio = from.Alpha / to.Alpha;
        var replaced = eta == 0 ? 0 : eta * to.Sigma / from.Sigma * Math.Sqrt(Math.Max(0, from.Sigma * from.Sigma - ratio * ratio * to.Sigma * to.Sigma));
        var kept = Math.Sqrt(Math.Max(0, to.Sigma * to.Sigma - replaced * replaced));
        var state = data.Times(to.Alpha).Plus(noise.Times(kept));
        return replaced > 0 ? state.Plus(Fresh().Times(replaced)) : state;
    }
}

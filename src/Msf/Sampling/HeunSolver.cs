using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// Heun's method, the explicit trapezoid of second order: the mean of the slopes at both ends of the step. Where a path's velocity is infinite at t = 1 the
/// last step is DDIM's.
/// </summary>
internal sealed class HeunSolver(ProbabilityPath path, IFlowField field) : Solver(field)
{
    protected override Tensor Advance(Tensor x, double t, double next)
    {
        if (next == 1 && path.VelocityIsInfiniteAtData) return Field.DataAndNoiseAt(x, t).Data;
        var h = next - t;
        var first = Field.At(x, t);
        var second = Field.At(x.Plus(first.Times(h)), next);
        return x.Plus(first.Plus(second).Times(h / 2));
    }
}

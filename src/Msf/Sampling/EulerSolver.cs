using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// Euler's method, first order: <c>x' = x + h v(x, t)</c>. Where a path's velocity is infinite at t = 1 the last step is DDIM's: Euler's would leave half of the noise.
/// </summary>
internal sealed class EulerSolver(ProbabilityPath path, IFlowField field) : Solver(field)
{
    protected override Tensor Advance(Tensor x, double t, double next) =>
        next == 1 && path.VelocityIsInfiniteAtData ? Field.DataAndNoiseAt(x, t).Data : x.Plus(Field.At(x, t).Times(next - t));
}

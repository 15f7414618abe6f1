using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Euler's method, first order: <c>x' = x + h v(x, t)</c>.</summary>
internal sealed class EulerSolver(IFlowField field) : Solver(field)
{
    private protected override Tensor Advance(Tensor x, double t, double next) => x.Plus(Field.At(x, t).Times(next - t));
}

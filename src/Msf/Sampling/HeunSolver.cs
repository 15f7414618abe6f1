using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Heun's method, the explicit trapezoid of second order: the mean of the slopes at both ends of the step.</summary>
internal sealed class HeunSolver(IFlowField field) : Solver(field)
{
    private protected override Tensor Advance(Tensor x, double t, double next)
    {
        var h = next - t;
        var first = Field.At(x, t);
        var second = Field.At(x.Plus(first.Times(h)), next);
        return x.Plus(first.Plus(second).Times(h / 2));
    }
}

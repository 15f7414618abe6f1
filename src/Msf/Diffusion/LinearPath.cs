using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>alpha = t, sigma = 1 - t; v = x1 - eps.</summary>
internal sealed class LinearPath() : ProbabilityPath(PathKind.Linear)
{
    public override PathCoefficients At(double t) => new(t, 1 - t, 1, -1);

    private protected override PathCoefficientTensors Compute(Tensor t) => new(t, t.SubtractedFrom(1), ones_like(t), -ones_like(t));
}

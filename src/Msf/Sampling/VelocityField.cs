using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A flow field out of a function that gives the velocity; data and noise follow from it on a path.</summary>
/// <param name="path">The path.</param>
/// <param name="velocity">dx/dt at state x, (B, ...), and time t in [0, 1] for any B; the result has the shape of x and belongs to the caller's dispose scope.</param>
public sealed class VelocityField(ProbabilityPath path, Func<Tensor, double, Tensor> velocity) : IFlowField
{
    /// <inheritdoc/>
    public Tensor At(Tensor x, double t) => velocity(x, t);

    /// <inheritdoc/>
    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var v = velocity(x, t);
        return (
            PredictionConversion.ToData(path, PredictionKind.Velocity, v, x, t).MoveToOuterDisposeScope(),
            PredictionConversion.ToNoise(path, PredictionKind.Velocity, v, x, t).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public IFlowField OfImages(long first, long count) => this;
}

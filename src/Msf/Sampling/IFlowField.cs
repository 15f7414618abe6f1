using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>What solvers integrate: what a network, with all but state and time fixed, makes of a state. One call of a method is one evaluation of the network.</summary>
public interface IFlowField
{
    /// <summary>The velocity of the probability flow, dx/dt = v(x, t).</summary>
    /// <param name="x">State, (B, ...); not changed.</param>
    /// <param name="t">Time in [0, 1], 0 noise, 1 data.</param>
    /// <returns>Velocity, shape of <paramref name="x"/>, owned by the caller's dispose scope.</returns>
    public Tensor At(Tensor x, double t);

    /// <summary>The data and the noise that x would be a mixture of, <c>x = alpha Data + sigma Noise</c>.</summary>
    /// <param name="x">State, (B, ...); not changed.</param>
    /// <param name="t">Time in [0, 1], 0 noise, 1 data.</param>
    /// <returns>Both of the shape of <paramref name="x"/>, owned by the caller's dispose scope.</returns>
    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t);
}

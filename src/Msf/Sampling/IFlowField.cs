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

    /// <summary>Data and noise, and the variance that a network of DiT's kind (learned range, Nichol and Dhariwal 2021) predicts beside them.</summary>
    /// <param name="x">State, (B, ...); not changed.</param>
    /// <param name="t">Time in [0, 1], 0 noise, 1 data.</param>
    /// <returns>
    /// Data and noise, and where the variance of a step lies between its smallest (-1) and its largest (1) on a logarithmic scale, null where the network does not
    /// predict it; all of the shape of <paramref name="x"/>, owned by the caller's dispose scope.
    /// </returns>
    public (Tensor Data, Tensor Noise, Tensor? Variance) DataNoiseAndVarianceAt(Tensor x, double t)
    {
        var (data, noise) = DataAndNoiseAt(x, t);
        return (data, noise, null);
    }

    /// <summary>The field of some images of the batch, for solvers that give every image steps of its own.</summary>
    /// <param name="first">First image.</param>
    /// <param name="count">How many.</param>
    /// <returns>A field for states (count, ...), possibly this one; what it keeps belongs to the caller's dispose scope, or else to it, where it is disposable.</returns>
    public IFlowField OfImages(long first, long count);
}

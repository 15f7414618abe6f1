using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A stage's network with everything settled but the state and the time: labels, condition, its noise level.</summary>
internal interface IStageNetwork : IDisposable
{
    /// <summary>The prediction with the classes.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1].</param>
    /// <returns>(B, C or 2 C, ...), owned by the caller's dispose scope.</returns>
    public Tensor WithClass(Tensor x, double t);

    /// <summary>The predictions with the classes and with the null class.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1].</param>
    /// <returns>Both (B, C or 2 C, ...), owned by the caller's dispose scope.</returns>
    public (Tensor Class, Tensor Null) WithAndWithoutClass(Tensor x, double t);

    /// <summary>The same for some of the images.</summary>
    /// <param name="first">First image.</param>
    /// <param name="count">How many.</param>
    /// <returns>A network for states (count, ...), to be disposed before this one.</returns>
    public IStageNetwork OfImages(long first, long count);
}

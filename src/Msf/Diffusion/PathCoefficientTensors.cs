using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>The coefficients of <c>x_t = Alpha x1 + Sigma eps</c> at one time per image, and their derivatives in t.</summary>
/// <param name="Alpha">Share of the data, (B,).</param>
/// <param name="Sigma">Share of the noise, (B,).</param>
/// <param name="AlphaDerivative">d Alpha / dt, (B,), above 0.</param>
/// <param name="SigmaDerivative">d Sigma / dt, (B,), at most 0.</param>
public readonly record struct PathCoefficientTensors(Tensor Alpha, Tensor Sigma, Tensor AlphaDerivative, Tensor SigmaDerivative)
{
    internal PathCoefficientTensors Select(Func<Tensor, Tensor> change) =>
        new(change(Alpha), change(Sigma), change(AlphaDerivative), change(SigmaDerivative));
}

using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>A network as diffusion sees it: a function.</summary>
/// <param name="x">The noisy component x_t, (B, C, ...), float32.</param>
/// <param name="t">Times in [0, 1], (B,) float32; 0 is noise, 1 is data.</param>
/// <param name="labels">Classes, (B,) int64, 0 to K-1, or K, the null class.</param>
/// <param name="condition">The standardised noised condition, shape of <paramref name="x"/>; null for the base stage.</param>
/// <param name="conditionTime">The times t_u to which the condition was noised, (B,) float32; null where there is no condition.</param>
/// <returns>The prediction, shape of <paramref name="x"/>, any floating type, owned by the caller's dispose scope.</returns>
public delegate Tensor Denoiser(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime);

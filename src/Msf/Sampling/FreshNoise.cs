using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Standard normal noise for one step of a stochastic solver: a function of the step and of the images alone, not of their batch.</summary>
/// <param name="step">Which step, from 0.</param>
/// <returns>Noise, shape of the state, owned by the caller's dispose scope.</returns>
public delegate Tensor FreshNoise(int step);

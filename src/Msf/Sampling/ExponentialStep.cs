using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// A step of the probability flow that is exact for constant data, <c>x' = sigma'/sigma x + (alpha' - alpha sigma'/sigma) data</c> (Lu et al. 2022,
/// arXiv 2211.01095, eq. 8 of first order; DDIM): what exponential integrators build on. It is finite at both ends of every path.
/// </summary>
/// <param name="Keep">Factor on the state.</param>
/// <param name="Gain">Factor on the data, <c>alpha' (1 - e^-h)</c>, at least 0.</param>
/// <param name="Lambda">Half-log-SNR at the start; -infinity where alpha is 0.</param>
/// <param name="H">The step in half-log-SNR; infinite at an end where alpha or sigma is 0.</param>
internal readonly record struct ExponentialStep(double Keep, double Gain, double Lambda, double H)
{
    internal static ExponentialStep Of(ProbabilityPath path, double t, double next)
    {
        var (from, to) = (path.At(t), path.At(next));
        var keep = next == 1 ? 0 : to.Sigma / from.Sigma;
        var lambda = HalfLogSnr.At(path, t);
        return new(keep, to.Alpha - from.Alpha * keep, lambda, HalfLogSnr.At(path, next) - lambda);
    }

    /// <summary>The state after the step.</summary>
    internal Tensor Take(Tensor x, Tensor data) => x.Times(Keep).Plus(data.Times(Gain));
}

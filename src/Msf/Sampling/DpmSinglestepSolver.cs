using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// DPM-Solver++(2S) (Lu et al. 2022, arXiv 2211.01095, algorithm 1, r = 1/2): the data seen in the middle of the step in half-log-SNR stands for the whole of it.
/// </summary>
/// <remarks>
/// Where the step is infinite in half-log-SNR the middle is that of what stays finite: alpha / sigma where alpha is 0 at the start, sigma / alpha where
/// sigma is 0 at the end, in which case the noise seen there is what stands for the step. Both keep the second order.
/// </remarks>
internal sealed class DpmSinglestepSolver(ProbabilityPath path, IFlowField field) : Solver(field)
{
    /// <summary>The time of the second evaluation.</summary>
    internal static double Middle(ProbabilityPath path, double t, double next)
    {
        var (first, last) = (HalfLogSnr.At(path, t), HalfLogSnr.At(path, next));
        var middle = (double.IsFinite(first), double.IsFinite(last)) switch
        {
            (true, true) => (first + last) / 2,
            (true, false) => first + Math.Log(2),
            (false, true) => last - Math.Log(2),
            _ => 0,
        };
        return HalfLogSnr.TimeOf(path, middle);
    }

    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var middle = Middle(path, t, next);
        var halfway = ExponentialStep.Of(path, t, middle).Take(x, Field.DataAndNoiseAt(x, t).Data);
        var (data, noise) = Field.DataAndNoiseAt(halfway, middle);
        if (next < 1 || path.At(t).Alpha == 0) return ExponentialStep.Of(path, t, next).Take(x, data);
        var at = path.At(t);
        return x.sub(noise.Times(at.Sigma)).Times(1 / at.Alpha);
    }
}

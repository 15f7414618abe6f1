using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>A diffusion problem whose field and flow are known.</summary>
internal interface IAnalyticFlow
{
    /// <summary>The path.</summary>
    public ProbabilityPath Path { get; }

    /// <summary>What solvers integrate.</summary>
    public VelocityField Field { get; }

    /// <summary>The exact solution of the probability flow from one time to another.</summary>
    /// <param name="x">The state at <paramref name="from"/>, float64.</param>
    /// <param name="from">Time of <paramref name="x"/>, 0 for noise.</param>
    /// <param name="to">Time of the result, 1 for data.</param>
    public Tensor Flow(Tensor x, double from = 0, double to = 1);
}

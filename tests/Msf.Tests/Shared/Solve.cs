using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>Whole integrations in one call.</summary>
internal static class Solve
{
    /// <summary>From the first time of a grid to its last.</summary>
    public static Tensor Over(
        SolverKind kind, IFlowField field, Tensor x, double[] times, PathKind path = PathKind.Linear, SolverOptions? options = null, FreshNoise? noise = null,
        Action<int>? stepped = null)
    {
        using var solver = Solver.Create(kind, ProbabilityPath.Create(path), field, options, noise);
        return solver.Integrate(x, times, stepped);
    }

    /// <summary>A field on the linear path out of its velocity.</summary>
    public static VelocityField Field(Func<Tensor, double, Tensor> velocity, PathKind path = PathKind.Linear) =>
        new(ProbabilityPath.Create(path), velocity);
}

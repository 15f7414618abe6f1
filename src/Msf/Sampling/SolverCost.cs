using Msf.Diffusion;

namespace Msf.Sampling;

/// <summary>When solvers evaluate the network, for what counts evaluations.</summary>
public static class SolverCost
{
    // Measured on the bundled model and on the golden SiT, docs/sampling.md.
    private const double AdaptiveStepsAtOneThousandth = 4;

    /// <summary>The times at which a solver evaluates the network on a grid, in order; twice at a time where it does.</summary>
    /// <remarks>
    /// Exact, except for <see cref="SolverKind.Dopri5"/>, which decides as it goes: there it is what to expect, <c>4 (0.001 / tolerance)^(1/5)</c> steps of six evaluations, at
    /// least one between two times of the grid, and one evaluation more for each of these.
    /// </remarks>
    /// <param name="kind">The solver.</param>
    /// <param name="path">The path.</param>
    /// <param name="times">The grid, rising, at least two times.</param>
    /// <param name="options">Parameters; null for the defaults.</param>
    public static IReadOnlyList<double> EvaluationTimes(SolverKind kind, ProbabilityPath path, IReadOnlyList<double> times, SolverOptions? options = null)
    {
        var all = new List<double>();
        for (var i = 0; i + 1 < times.Count; i++)
        {
            var (t, next) = (times[i], times[i + 1]);
            var ends = next == 1 && path.VelocityIsInfiniteAtData;
            all.Add(t);
            if (kind == SolverKind.Heun && !ends) all.Add(next);
            if (kind == SolverKind.DpmPp2S) all.Add(DpmSinglestepSolver.Middle(path, t, next));
            if (kind == SolverKind.Dopri5) AddAdaptive(all, t, next, options ?? new(), ends);
        }
        return all;
    }

    private static void AddAdaptive(List<double> all, double t, double next, SolverOptions options, bool ends)
    {
        var length = Math.Pow(options.RelativeTolerance / 1e-3, 0.2) / AdaptiveStepsAtOneThousandth;
        var parts = Math.Max(1, (int)Math.Round((next - t) / length));
        for (var i = 0; i < parts; i++)
            all.AddRange(DormandPrinceSolver.EvaluationTimes(t + (next - t) * i / parts, t + (next - t) * (i + 1) / parts));
        if (ends) all.Add(1 - StageVelocity.EndMargin);
    }
}

using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>How fast the errors of solvers fall where the answer is known.</summary>
internal static class SolverOrders
{
    /// <summary>The solvers whose steps are fixed and that add no noise.</summary>
    public static SolverKind[] Deterministic { get; } =
        [SolverKind.Euler, SolverKind.Heun, SolverKind.Ddim, SolverKind.DpmPp2M, SolverKind.DpmPp2S, SolverKind.UniPc];

    /// <summary>The solvers that add noise, with what makes them do so.</summary>
    public static (string Name, SolverKind Kind, SolverOptions Options)[] Stochastic { get; } =
    [
        ("Ddim eta 1", SolverKind.Ddim, new() { Eta = 1 }), ("Ddpm", SolverKind.Ddpm, new()), ("EulerMaruyama", SolverKind.EulerMaruyama, new()),
    ];

    /// <summary>Times between two, equal steps.</summary>
    public static double[] Between(double from, double to, int steps) =>
        [.. Enumerable.Range(0, steps + 1).Select(i => i == steps ? to : from + (to - from) * i / steps)];

    /// <summary>The largest error over a grid for states between the outer quantiles.</summary>
    public static double Error(SolverKind kind, IAnalyticFlow problem, double[] times, SolverOptions? options = null)
    {
        using var scope = NewDisposeScope();
        var noise = linspace(-2.5, 2.5, 25, dtype: ScalarType.Float64).reshape(1, 25);
        var start = times[0] == 0 ? noise : problem.Flow(noise, 0, times[0]);
        using var solver = Solver.Create(kind, problem.Path, problem.Field, options, _ => zeros_like(start));
        var end = solver.Integrate(start, times);
        return (end - problem.Flow(start, times[0], times[^1])).abs().max().item<double>();
    }

    /// <summary>
    /// The error of mean and variance of a stochastic solver on two Gaussians, without sampling: its steps are affine in state and noise, so that three states tell what it
    /// does to both.
    /// </summary>
    public static double WeakError(SolverKind kind, PathKind path, double[] times, SolverOptions options) =>
        // Of one Gaussian alone the error may happen to pass through 0.
        new[] { 0.4, 0.8 }.Sum(deviation => WeakError(kind, new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, deviation), times, options));

    private static double WeakError(SolverKind kind, AnalyticGaussian problem, double[] times, SolverOptions options)
    {
        using var scope = NewDisposeScope();
        var noise = tensor([0.0, 0, 1]);
        using var solver = Solver.Create(kind, problem.Path, problem.Field, options, _ => noise.alias());
        var (mean, variance) = problem.Moments(times[0]);
        for (var i = 0; i + 1 < times.Length; i++)
        {
            using var step = NewDisposeScope();
            var after = solver.Step(tensor([0.0, 1, 0]), times[i], times[i + 1]).data<double>().ToArray();
            var (slope, spread) = (after[1] - after[0], after[2] - after[0]);
            (mean, variance) = (slope * mean + after[0], slope * slope * variance + spread * spread);
        }
        var (exactMean, exactVariance) = problem.Moments(times[^1]);
        return Math.Max(Math.Abs(mean - exactMean), Math.Abs(variance - exactVariance));
    }

    /// <summary>The order that two errors show where the second took twice the steps.</summary>
    public static double Order(double coarse, double fine) => Math.Log2(coarse / fine);

    /// <summary>The problems of a path.</summary>
    public static IAnalyticFlow[] Problems(PathKind path) =>
        [new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, 0.4), new AnalyticMixture(ProbabilityPath.Create(path))];
}

using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A velocity field: dx/dt at state x, (B, ...), and time t in [0, 1]; the result has the shape of x.</summary>
public delegate Tensor VelocityField(Tensor x, double t);

/// <summary>Explicit one-step solvers of dx/dt = v(x, t).</summary>
public static class OdeSolver
{
    /// <summary>Evaluations of the velocity that one step costs.</summary>
    public static int EvaluationsPerStep(SolverKind kind) => kind == SolverKind.Heun ? 2 : 1;

    /// <summary>Takes one step.</summary>
    /// <param name="kind">The solver.</param>
    /// <param name="velocity">The field.</param>
    /// <param name="x">State at time t, (B, ...); not changed.</param>
    /// <param name="t">Current time.</param>
    /// <param name="next">Time after the step.</param>
    /// <returns>State at <paramref name="next"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The solver is no solver of this equation (DDIM).</exception>
    public static Tensor Step(SolverKind kind, VelocityField velocity, Tensor x, double t, double next)
    {
        if (kind == SolverKind.Ddim) throw new ArgumentOutOfRangeException(nameof(kind), kind, "a velocity does not tell DDIM enough; use DdimSolver.");
        using var scope = NewDisposeScope();
        var h = next - t;
        var first = velocity(x, t);
        var euler = x.Plus(first.Times(h));
        if (kind == SolverKind.Euler) return euler.MoveToOuterDisposeScope();
        var second = velocity(euler, next);
        return x.Plus(first.Plus(second).Times(h / 2)).MoveToOuterDisposeScope();
    }

    /// <summary>Integrates over a whole grid.</summary>
    /// <param name="kind">The solver.</param>
    /// <param name="velocity">The field.</param>
    /// <param name="x">State at the first time, (B, ...); not changed.</param>
    /// <param name="times">Times to visit, at least two.</param>
    /// <param name="stepped">Called after every step with the number of steps done; may throw to stop.</param>
    /// <returns>State at the last time, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There are fewer than two times.</exception>
    public static Tensor Integrate(SolverKind kind, VelocityField velocity, Tensor x, ReadOnlySpan<double> times, Action<int>? stepped = null)
    {
        if (times.Length < 2) throw new ArgumentException($"{times.Length} times came, expected at least two: where to start and where to end.", nameof(times));
        using var scope = NewDisposeScope();
        var state = x.alias();
        for (var i = 0; i + 1 < times.Length; i++)
        {
            var previous = state;
            state = Step(kind, velocity, previous, times[i], times[i + 1]);
            previous.Dispose();
            stepped?.Invoke(i + 1);
        }
        return state.MoveToOuterDisposeScope();
    }
}

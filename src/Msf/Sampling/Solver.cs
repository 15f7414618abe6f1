using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// One integration from noise towards data. It goes step by step: between two steps its caller may look at the state, change it or do something
/// else, and go on without loss, as a solver keeps what it remembers of earlier steps. Made for one integration, used on one thread.
/// </summary>
public abstract class Solver : IDisposable
{
    private readonly FreshNoise? _noise;
    private double? _reached;

    /// <summary>Keeps what every solver needs; a solver of your own begins here (<see cref="SamplingRequest.Solver"/>).</summary>
    /// <param name="field">What is integrated.</param>
    /// <param name="noise">Where fresh noise comes from; null where the solver takes none.</param>
    protected Solver(IFlowField field, FreshNoise? noise = null) => (Field, _noise) = (field, noise);

    /// <summary>Steps taken so far.</summary>
    public int StepsTaken { get; private set; }

    /// <summary>Looked at within a step where that can be long: by the adaptive solver.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>What is integrated; a call of one of its methods is an evaluation of the network.</summary>
    protected IFlowField Field { get; }

    /// <summary>Makes a solver.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="path">The path along which the field goes.</param>
    /// <param name="field">What is integrated.</param>
    /// <param name="options">Parameters; null for the defaults.</param>
    /// <param name="noise">Fresh noise, needed by stochastic solvers alone.</param>
    /// <exception cref="ArgumentException">The solver is stochastic and noise is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such solver.</exception>
    public static Solver Create(SolverKind kind, ProbabilityPath path, IFlowField field, SolverOptions? options = null, FreshNoise? noise = null)
    {
        options ??= new SolverOptions();
        if (options.Clip is { } clip) field = new ClippedField(path, field, clip);
        return kind switch
        {
            SolverKind.Euler => new EulerSolver(path, field),
            SolverKind.Heun => new HeunSolver(path, field),
            SolverKind.Ddim => new DdimSolver(path, field, options.Eta, options.Eta == 0 ? noise : Required(noise, kind)),
            SolverKind.Ddpm => new DdpmSolver(path, field, Required(noise, kind)),
            SolverKind.EulerMaruyama => new EulerMaruyamaSolver(path, field, options, Required(noise, kind)),
            SolverKind.DpmPp2M => new DpmMultistepSolver(path, field),
            SolverKind.DpmPp2S => new DpmSinglestepSolver(path, field),
            SolverKind.UniPc => new UniPcSolver(path, field, options.Order, options.Variant),
            SolverKind.Dopri5 => new DormandPrinceSolver(path, field, options),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"expected one of {string.Join(", ", Enum.GetNames<SolverKind>())}."),
        };
    }

    /// <summary>Takes one step.</summary>
    /// <param name="x">State at time t, (B, ...); not changed.</param>
    /// <param name="t">Current time; where it is not the end of the step before, what was remembered is forgotten.</param>
    /// <param name="next">Time after the step, after <paramref name="t"/>, at most 1.</param>
    /// <returns>State at <paramref name="next"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The times do not rise within [0, 1].</exception>
    public Tensor Step(Tensor x, double t, double next)
    {
        if (!(t >= 0 && t < next && next <= 1)) throw new ArgumentException($"a step from {t} to {next}: expected 0 <= t < next <= 1.", nameof(next));
        if (_reached is { } reached && reached != t) Forget();
        using var scope = NewDisposeScope();
        var state = Advance(x, t, next);
        StepsTaken++;
        _reached = next;
        return state.MoveToOuterDisposeScope();
    }

    /// <summary>Goes over a grid, or a part of one: what comes later may follow in another call.</summary>
    /// <param name="x">State at the first time, (B, ...); not changed.</param>
    /// <param name="times">Times to visit, rising, at least two.</param>
    /// <param name="stepped">Called after every step with the number of steps that this solver has taken; may throw to stop.</param>
    /// <returns>State at the last time, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There are fewer than two times, or they do not rise.</exception>
    public Tensor Integrate(Tensor x, ReadOnlySpan<double> times, Action<int>? stepped = null)
    {
        if (times.Length < 2) throw new ArgumentException($"{times.Length} times came, expected at least two: where to start and where to end.", nameof(times));
        using var scope = NewDisposeScope();
        var state = x.alias();
        for (var i = 0; i + 1 < times.Length; i++)
        {
            var previous = state;
            state = Step(previous, times[i], times[i + 1]);
            previous.Dispose();
            stepped?.Invoke(StepsTaken);
        }
        return state.MoveToOuterDisposeScope();
    }

    /// <summary>Frees what is remembered of earlier steps.</summary>
    public void Dispose()
    {
        Forget();
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes on with some of the images alone: what is remembered of the others is forgotten. A solver that remembers tensors overrides it, with <see cref="Select"/>.</summary>
    /// <param name="rows">Their places in the batch, int64.</param>
    protected internal virtual void Keep(Tensor rows)
    {
    }

    /// <summary>The step itself, in a dispose scope of its own.</summary>
    /// <param name="x">State at time t, (B, ...); not to be changed.</param>
    /// <param name="t">Current time.</param>
    /// <param name="next">Time after the step, after <paramref name="t"/>, at most 1.</param>
    /// <returns>State at <paramref name="next"/>, a tensor of the scope.</returns>
    protected abstract Tensor Advance(Tensor x, double t, double next);

    /// <summary>Frees what is remembered of earlier steps.</summary>
    protected virtual void Forget()
    {
    }

    /// <summary>Keeps a tensor beyond the step, in place of what was kept.</summary>
    /// <param name="kept">Where it is kept.</param>
    /// <param name="tensor">It.</param>
    protected static void Remember(ref Tensor? kept, Tensor tensor)
    {
        Forget(ref kept);
        kept = tensor.alias().DetachFromDisposeScope();
    }

    /// <summary>Keeps some rows of a tensor that was kept.</summary>
    /// <param name="kept">Where it is kept.</param>
    /// <param name="rows">Places in the batch, int64.</param>
    protected static void Select(ref Tensor? kept, Tensor rows)
    {
        if (kept is null) return;
        using var some = kept.index_select(0, rows);
        Remember(ref kept, some);
    }

    /// <summary>Frees a tensor that was kept.</summary>
    /// <param name="kept">Where it is kept.</param>
    protected static void Forget(ref Tensor? kept)
    {
        kept?.Dispose();
        kept = null;
    }

    /// <summary>The fresh noise of the step that is being taken, of the state's shape.</summary>
    /// <exception cref="InvalidOperationException">The solver was made without noise.</exception>
    protected Tensor Fresh() => (_noise ?? throw new InvalidOperationException("the solver was made without noise."))(StepsTaken);

    private static FreshNoise Required(FreshNoise? noise, SolverKind kind) =>
        noise ?? throw new ArgumentException($"{kind} is stochastic: fresh noise is needed.", nameof(noise));
}

using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// One stage of a batch on its way from noise to data, in standardised units. It can pause at a time of its grid, tell the data that it sees, and go on.
/// Tensors it was made of must outlive it.
/// </summary>
internal sealed class StageRun : IDisposable
{
    private readonly Func<StageImages, Tensor?, StageVelocity> _settle;
    private readonly Solver _solver;
    private readonly PausableField _field;
    private readonly ProbabilityPath _path;
    private readonly double[] _times;
    private readonly List<Tensor> _selected = [];                                             // rows of what it was made of, after Keep
    private readonly Action<int, int> _stepped;
    private StageVelocity _velocity;
    private Tensor? _condition;
    private Tensor _noise;
    private Tensor? _known;
    private Tensor? _mask;
    private Tensor _state;
    private int _position;

    /// <summary>Stands at the first time of the grid.</summary>
    /// <param name="images">What is generated.</param>
    /// <param name="settle">Makes what <paramref name="field"/> asks for other images and their condition.</param>
    /// <param name="condition">Noised standardised condition, (B, C, ...), or null for the base.</param>
    /// <param name="velocity">What <paramref name="field"/> asks; disposed here.</param>
    /// <param name="solver">Integrates <paramref name="field"/>; disposed here.</param>
    /// <param name="field">Disposed here.</param>
    /// <param name="path">The path.</param>
    /// <param name="times">Times to visit, rising, at least two, the last 1.</param>
    /// <param name="noise">The noise of the starting state, (B, C, ...).</param>
    /// <param name="known">Data to start from where the grid begins after 0, and to keep outside the mask, (B or 1, C, ...); null for none.</param>
    /// <param name="mask">Where to generate, (B or 1, 1, ...); null for everywhere.</param>
    /// <param name="stepped">Told after every step its number and how many there are; may throw to stop.</param>
    internal StageRun(
        StageImages images, Func<StageImages, Tensor?, StageVelocity> settle, Tensor? condition, StageVelocity velocity, Solver solver, PausableField field, ProbabilityPath path, double[] times, Tensor noise, Tensor? known, Tensor? mask,
        Action<int, int> stepped)
    {
        (Images, _settle, _condition, _velocity) = (images, settle, condition, velocity);
        (_solver, _field, _path, _times, _noise, _known, _mask, _stepped) = (solver, field, path, times, noise, known, mask, stepped);
        _state = (known is not null && times[0] > 0 ? Noised(known, times[0]) : noise.alias()).DetachFromDisposeScope();
        KeepKnown();
    }

    /// <summary>What is generated.</summary>
    internal StageImages Images { get; private set; }

    /// <summary>Steps done.</summary>
    internal int Step => _position;

    /// <summary>Steps in all.</summary>
    internal int Steps => _times.Length - 1;

    /// <summary>The largest magnitude of data that is told, as the solver clips it; null for any.</summary>
    internal double? Clip { get; init; }

    /// <summary>Looked at within a step where that can be long.</summary>
    internal CancellationToken Cancellation { set => _solver.Cancellation = value; }

    /// <summary>Goes on until the first time of the grid that is not before a given one.</summary>
    /// <param name="time">In [0, 1].</param>
    /// <returns>The time reached.</returns>
    internal double AdvanceTo(double time)
    {
        while (_times[_position] < time && _position + 1 < _times.Length) Advance();
        return _times[_position];
    }

    /// <summary>Takes one step; there must be one left.</summary>
    internal void Advance()
    {
        using (NewDisposeScope())
        {
            var next = _solver.Step(_state, _times[_position], _times[_position + 1]).DetachFromDisposeScope();
            _state.Dispose();
            _state = next;
        }
        _position++;
        KeepKnown();
        _stepped(_position, _times.Length - 1);
    }

    /// <summary>Goes on with some of the images alone, which end as they would have in the whole batch.</summary>
    /// <param name="rows">Their places, int64.</param>
    /// <param name="images">They.</param>
    internal void Keep(Tensor rows, StageImages images)
    {
        Tensor Selected(Tensor x)
        {
            var some = x.shape[0] == 1 && _state.shape[0] > 1 ? x.alias() : x.index_select(0, rows);
            _selected.Add(some.DetachFromDisposeScope());
            return some;
        }
        _noise = Selected(_noise);
        _known = _known is null ? null : Selected(_known);
        _mask = _mask is null ? null : Selected(_mask);
        _condition = _condition is null ? null : Selected(_condition);
        using var all = _state;
        _state = all.index_select(0, rows).DetachFromDisposeScope();
        _solver.Keep(rows);
        var velocity = _settle(images, _condition);
        _field.Replace(velocity);
        _velocity.Dispose();
        (Images, _velocity) = (images, velocity);
    }

    /// <summary>
    /// The data that the network sees behind the state, without any change to what follows; null where it does not tell: within the windows of a distilled
    /// stage, and where every image has steps of its own.
    /// </summary>
    /// <returns>(B, C, ...), owned by the caller's dispose scope.</returns>
    internal Tensor? Preview()
    {
        var time = _times[_position];
        if (time == 1) return _state.alias();
        return _path is PiecewiseLinearPath || _solver is DormandPrinceSolver ? null : Clipped(_velocity.DataAhead(_state, time));
    }

    /// <summary>The data that the network sees behind the state: at the end, the state itself.</summary>
    /// <returns>(B, C, ...), owned by the caller's dispose scope.</returns>
    internal Tensor Data()
    {
        var time = _times[_position];
        return time == 1 ? _state.alias() : Clipped(_field.DataBehind(_state, time));
    }

    private Tensor Clipped(Tensor data)
    {
        if (Clip is not { } limit) return data;
        using (data) return data.Clamped(-limit, limit);
    }

    /// <summary>Goes on to the end.</summary>
    /// <returns>(B, C, ...), owned by the caller's dispose scope.</returns>
    internal Tensor Finish()
    {
        AdvanceTo(1);
        return _state.alias();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _solver.Dispose();
        _field.Dispose();
        _velocity.Dispose();
        foreach (var tensor in _selected) tensor.Dispose();
    }

    private Tensor Noised(Tensor data, double time)
    {
        using var scope = NewDisposeScope();
        var at = _path.At(time);
        return _noise.Times(at.Sigma).Plus(data.Times(at.Alpha)).MoveToOuterDisposeScope();
    }

    private void KeepKnown()
    {
        if (_mask is null || _known is null) return;
        using var scope = NewDisposeScope();
        var kept = lerp(Noised(_known, _times[_position]), _state, _mask).DetachFromDisposeScope();
        _state.Dispose();
        _state = kept;
    }
}

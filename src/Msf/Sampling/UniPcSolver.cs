using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// UniPC for data predictions (Zhao et al. 2023, arXiv 2302.04867): UniP goes ahead by the data of earlier steps; the data seen where it arrives
/// first corrects that step (UniC) and then serves the next one, so that a corrector costs no evaluation.
/// </summary>
/// <remarks>
/// What is corrected is the state that comes, by the difference of corrector and predictor: a caller who changed the state in between keeps the change. Data
/// seen where half-log-SNR is infinite serves the first order alone; the last step, infinite on every path, is of first order, as in the official code.
/// </remarks>
internal sealed class UniPcSolver(ProbabilityPath path, IFlowField field, int order, UniPcVariant variant) : Solver(field)
{
    private readonly List<(double Lambda, Tensor Data)> _history = [];     // newest first
    private ExponentialStep _step;                                         // the step that led here, and its order
    private int _order;
    private Tensor? _guess;                                                // what its predictor added for the change of the data

    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var data = Field.DataAndNoiseAt(x, t).Data;
        var state = _history.Count > 0 ? Corrected(x, data) : x;
        _step = ExponentialStep.Of(path, t, next);
        _history.Insert(0, (_step.Lambda, data.alias().DetachFromDisposeScope()));
        if (_history.Count > order) DropOldest();

        // Older data counts where both it and the step are finite in half-log-SNR.
        var usable = double.IsFinite(_step.H) ? _history.TakeWhile(seen => double.IsFinite(seen.Lambda)).Count() : 1;
        _order = Math.Max(1, usable);
        var places = Places();
        var ahead = Change(_order == 2 ? [0.5] : UniPcWeights.Solve(_step.H, places, variant), places);
        Forget(ref _guess);
        var first = _step.Take(state, data);
        if (ahead is null) return first;
        Remember(ref _guess, ahead);
        return first.Plus(ahead.Times(Scale()));
    }

    protected internal override void Keep(Tensor rows)
    {
        for (var i = 0; i < _history.Count; i++)
        {
            Tensor? data = _history[i].Data;
            Select(ref data, rows);
            _history[i] = (_history[i].Lambda, data!);
        }
        Select(ref _guess, rows);
    }

    protected override void Forget()
    {
        while (_history.Count > 0) DropOldest();
        Forget(ref _guess);
    }

    private Tensor Corrected(Tensor x, Tensor data)
    {
        var places = Places();
        double[] weights = _order == 1 ? [0.5] : UniPcWeights.Solve(_step.H, [.. places, 1], variant);
        var change = data.sub(_history[0].Data).Times(weights[^1]);
        if (Change(weights, places) is { } older) change = change.Plus(older);
        if (_guess is not null) change = change.sub(_guess);
        return x.Plus(change.Times(Scale()));
    }

    // Where older data was seen, in steps from the start of the step, all negative.
    private double[] Places() => [.. Enumerable.Range(1, _order - 1).Select(i => (_history[i].Lambda - _history[0].Lambda) / _step.H)];

    private Tensor? Change(double[] weights, double[] places)
    {
        Tensor? sum = null;
        for (var i = 0; i < places.Length; i++)
        {
            var term = _history[i + 1].Data.sub(_history[0].Data).Times(weights[i] / places[i]);
            sum = sum is null ? term : sum.Plus(term);
        }
        return sum;
    }

    // alpha' B(h), with B = 1 - e^-h the gain of the step, which is finite at the ends too.
    private double Scale() => variant == UniPcVariant.Bh1 && double.IsFinite(_step.H) ? _step.Gain / UniPcWeights.Phi(1, -_step.H) : _step.Gain;

    private void DropOldest()
    {
        _history[^1].Data.Dispose();
        _history.RemoveAt(_history.Count - 1);
    }
}

using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2): data is taken to change in half-log-SNR as it did in the step before. Steps of infinite
/// length there, the first of a path that begins with alpha = 0 and the last of every path, are of first order, as is the first step.
/// </summary>
internal sealed class DpmMultistepSolver(ProbabilityPath path, IFlowField field) : Solver(field)
{
    private Tensor? _data;
    private double _h;

    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var step = ExponentialStep.Of(path, t, next);
        var data = Field.DataAndNoiseAt(x, t).Data;
        var ahead = data;
        if (_data is not null && double.IsFinite(step.H) && double.IsFinite(_h))
            ahead = data.Plus(data.sub(_data).Times(step.H / (2 * _h)));
        var state = step.Take(x, ahead);
        Remember(ref _data, data);
        _h = step.H;
        return state;
    }

    protected internal override void Keep(Tensor rows) => Select(ref _data, rows);

    protected override void Forget() => Forget(ref _data);
}

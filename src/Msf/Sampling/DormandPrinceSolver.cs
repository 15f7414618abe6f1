using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// The embedded Runge-Kutta pair of orders 5 and 4 of Dormand and Prince (1980), with the step chosen so that the root mean square of
/// <c>error / (absolute + relative max(|x|, |x'|))</c> is at most 1 in every step (Hairer, Norsett and Wanner 1993, section II.4). A step lands on the time that is asked for.
/// </summary>
/// <remarks>
/// Every image has steps of its own, as an image must not depend on its batch: they go one by one. The step length is kept from one call to the next. Where a
/// path's velocity is infinite at t = 1, the last thousandth is the data that the network sees.
/// </remarks>
internal sealed class DormandPrinceSolver(ProbabilityPath path, IFlowField field, SolverOptions options) : Solver(field)
{
    /// <summary>Steps, accepted and not, that one image may take between two times.</summary>
    internal const int MostSteps = 2000;

    private const double Safety = 0.9, LeastFactor = 0.2, MostFactor = 10;
    private static readonly double[] _nodes = [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1];
    private static readonly double[][] _weights =
    [
        [],
        [1.0 / 5],
        [3.0 / 40, 9.0 / 40],
        [44.0 / 45, -56.0 / 15, 32.0 / 9],
        [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
        [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ];
    // Fifth less fourth order.
    private static readonly double[] _errors =
        [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40];

    private double[]? _lengths;

    /// <summary>Times of the evaluations of one step, those of the first excepted where it is not the first of a call.</summary>
    internal static IEnumerable<double> EvaluationTimes(double t, double next) => _nodes.Skip(1).Select(node => t + node * (next - t));

    /// <summary>A length to begin with: too long costs a rejected step, too short a few that were not needed.</summary>
    internal static double FirstLength(SolverOptions options) => 0.5 * Math.Pow(options.RelativeTolerance, 0.2);

    protected override Tensor Advance(Tensor x, double t, double next)
    {
        var images = x.shape[0];
        if (_lengths?.Length != images) _lengths = [.. Enumerable.Repeat(FirstLength(options), (int)images)];
        var states = new Tensor[images];
        for (var i = 0; i < images; i++)
        {
            using var scope = NewDisposeScope();
            var field = Field.OfImages(i, 1);
            try
            {
                states[i] = Image(field, x.narrow(0, i, 1), t, next, ref _lengths[i]).MoveToOuterDisposeScope();
            }
            finally
            {
                if (field != Field) (field as IDisposable)?.Dispose();
            }
        }
        return cat(states);
    }

    private Tensor Image(IFlowField field, Tensor x, double t, double next, ref double length)
    {
        var end = next == 1 && path.VelocityIsInfiniteAtData ? 1 - StageVelocity.EndMargin : next;
        var (state, slope) = (x, t < end ? field.At(x, t) : null);
        for (var steps = 0; t < end; steps++)
        {
            if (steps == MostSteps)
                throw new InvalidDataException($"dopri5 took {MostSteps} steps and is at t = {t:R}: the tolerance {options.RelativeTolerance} is too small for this model and precision; raise it.");
            Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var h = Math.Min(length, end - t);
            var (candidate, last, error) = Try(field, state, slope!, t, h);
            var factor = double.IsFinite(error) ? Math.Clamp(Safety * Math.Pow(error, -0.2), LeastFactor, MostFactor) : LeastFactor;
            if (error <= 1)
            {
                t = h == end - t ? end : t + h;
                (state, slope) = (candidate.MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope());
                // A step cut short by the end says little about how long one may be.
                length = h < length ? Math.Max(length, h * factor) : h * factor;
            }
            else length = h * Math.Min(factor, 1);
        }
        return end < next ? field.DataAndNoiseAt(state, t).Data : state;
    }

    private (Tensor State, Tensor Slope, double Error) Try(IFlowField field, Tensor x, Tensor slope, double t, double h)
    {
        var slopes = new Tensor[_nodes.Length];
        slopes[0] = slope;
        var state = x;
        for (var i = 1; i < slopes.Length; i++)
        {
            state = x.Plus(Sum(_weights[i], slopes).Times(h));
            slopes[i] = field.At(state, t + _nodes[i] * h);
        }
        var allowed = maximum(x.abs(), state.abs()).Times(options.RelativeTolerance).Plus(options.AbsoluteTolerance);
        var error = (Sum(_errors, slopes).Times(h) / allowed).Squared().mean().sqrt().to(ScalarType.Float64).item<double>();
        return (state, slopes[^1], error);
    }

    private static Tensor Sum(double[] weights, Tensor[] slopes)
    {
        var sum = slopes[0].Times(weights[0]);
        for (var i = 1; i < weights.Length; i++)
            if (weights[i] != 0) sum = sum.Plus(slopes[i].Times(weights[i]));
        return sum;
    }

    protected internal override void Keep(Tensor rows) =>
        _lengths = _lengths is { } lengths ? [.. rows.cpu().data<long>().ToArray().Select(row => lengths[row])] : null;

    protected override void Forget() => _lengths = null;
}

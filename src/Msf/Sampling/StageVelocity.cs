using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>The velocity field of one stage: its network with labels and condition fixed, guided, converted from what it predicts.</summary>
public sealed class StageVelocity : IFlowField, IDisposable
{
    /// <summary>
    /// How far from t = 0 a noise prediction and from t = 1 a data prediction is evaluated: at the end itself neither tells the velocity
    /// (Ma et al. 2024, SiT, whose sampler keeps the same distance).
    /// </summary>
    public const double EndMargin = 1e-3;

    private readonly IStageNetwork _network;
    private readonly IStageNetwork? _guide;
    private readonly ProbabilityPath _path;
    private readonly PredictionKind _prediction;
    private readonly GuidanceConfig _guidance;
    private (double Time, Tensor Prediction, double At, Tensor? Variance)? _seen;

    /// <summary>Fixes everything but x and t. Must be made and used inside one dispose scope, which owns what it keeps.</summary>
    /// <param name="network">The stage's network.</param>
    /// <param name="diffusion">Path and prediction that the network was trained with.</param>
    /// <param name="guidance">Guidance of this stage.</param>
    /// <param name="labels">Class indices, (B), int64.</param>
    /// <param name="nullClass">Index K of the null class.</param>
    /// <param name="condition">Noised standardised condition, (B, C, ...), or null for the base.</param>
    /// <param name="conditionTime">Noise level of the condition, in [0, 1].</param>
    /// <param name="guide">The weaker model's network of this stage, with the same path, prediction, classes and statistics; needed where the guidance says so.</param>
    /// <exception cref="ArgumentException">The guidance is by a weaker model, and there is none.</exception>
    public StageVelocity(
        Denoiser network, DiffusionConfig diffusion, GuidanceConfig guidance, Tensor labels, long nullClass, Tensor? condition, double conditionTime,
        Denoiser? guide = null)
        : this(
            new DenoiserNetwork(network, labels, nullClass, condition, conditionTime), diffusion, guidance,
            guide is null ? null : new DenoiserNetwork(guide, labels, nullClass, condition, conditionTime))
    {
    }

    /// <summary>The same for networks whose labels and condition are settled.</summary>
    /// <param name="network">The stage's network.</param>
    /// <param name="diffusion">Path and prediction that the network was trained with.</param>
    /// <param name="guidance">Guidance of this stage.</param>
    /// <param name="guide">The weaker model's network of this stage, or null.</param>
    /// <param name="path">The path of the state, where that is another than the configuration's (<see cref="PiecewiseLinearPath"/>); null for that.</param>
    internal StageVelocity(IStageNetwork network, DiffusionConfig diffusion, GuidanceConfig guidance, IStageNetwork? guide, ProbabilityPath? path = null)
    {
        if (guidance is { IsOn: true, Source: GuidanceSource.WeakerModel } && guide is null)
            throw new ArgumentException("guidance is by a weaker model (guidance.source), and none was given; give one (--guide DIR), or take the null class.", nameof(guide));
        (_network, _guide, _guidance) = (network, guide, guidance);
        (_path, _prediction) = (path ?? ProbabilityPath.Create(diffusion.Path), diffusion.Prediction);
    }

    private StageVelocity(IStageNetwork network, ProbabilityPath path, PredictionKind prediction, GuidanceConfig guidance, IStageNetwork? guide) =>
        (_network, _path, _prediction, _guidance, _guide) = (network, path, prediction, guidance, guide);

    /// <summary>dx/dt at x and t; outside the guidance interval the network runs on half the batch.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1]; kept <see cref="EndMargin"/> from the end that the prediction does not tell the velocity of.</param>
    /// <returns>Velocity, (B, C, ...), owned by the caller's dispose scope.</returns>
    public Tensor At(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, at, _) = Predict(x, t);
        return PredictionConversion.ToVelocity(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope();
    }

    /// <summary>The data and the noise that the network sees in x at t.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1], kept from the ends as in <see cref="At"/>.</param>
    /// <returns>Both (B, C, ...), owned by the caller's dispose scope.</returns>
    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (data, noise, _) = DataNoiseAndVarianceAt(x, t);
        return (data.MoveToOuterDisposeScope(), noise.MoveToOuterDisposeScope());
    }

    /// <summary>The data that the network sees in x at t, by the evaluation that is the next one of that state: it is kept for it, and not a bit of what follows changes.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1], kept from the ends as in <see cref="At"/>.</param>
    /// <returns>(B, C, ...), owned by the caller's dispose scope.</returns>
    internal Tensor DataAhead(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, at, variance) = Predict(x, t);
        _seen = (t, prediction.alias().DetachFromDisposeScope(), at, variance?.alias().DetachFromDisposeScope());
        return PredictionConversion.ToData(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope();
    }

    /// <summary>Frees what was settled: labels and conditions in the form that the networks take. The networks themselves belong to others.</summary>
    public void Dispose()
    {
        Forget();
        _network.Dispose();
        _guide?.Dispose();
    }

    /// <summary>Where the network is evaluated at the times of a grid: the same but for the ends.</summary>
    /// <param name="diffusion">Path and prediction.</param>
    /// <param name="times">The grid.</param>
    internal static double[] Evaluations(DiffusionConfig diffusion, IEnumerable<double> times) =>
        [.. times.Select(t => KeptFromTheEnds(diffusion.Path, diffusion.Prediction, t))];

    /// <inheritdoc/>
    public (Tensor Data, Tensor Noise, Tensor? Variance) DataNoiseAndVarianceAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, at, variance) = Predict(x, t);
        return (
            PredictionConversion.ToData(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope(),
            PredictionConversion.ToNoise(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public IFlowField OfImages(long first, long count) =>
        new StageVelocity(_network.OfImages(first, count), _path, _prediction, _guidance, _guide?.OfImages(first, count));

    // The guided prediction, (B, C, ...), the time at which it was made, and the variance that the network predicts beside it for the class, if any.
    private (Tensor Prediction, double Time, Tensor? Variance) Predict(Tensor x, double t)
    {
        if (_seen is { } seen)
        {
            var taken = (seen.Prediction.alias(), seen.At, seen.Variance?.alias());
            Forget();
            if (seen.Time == t) return taken;
            taken.Item1.Dispose();
            taken.Item3?.Dispose();
        }
        using var scope = NewDisposeScope();
        var scale = _guidance.ScaleAt(t);
        t = KeptFromTheEnds(t);
        if (scale == 1)
        {
            var plain = _network.WithClass(x, t);
            return (OfState(plain, x).MoveToOuterDisposeScope(), t, Variance(plain, x)?.MoveToOuterDisposeScope());
        }
        var (conditional, weak) = _guidance.Source == GuidanceSource.WeakerModel
            ? (_network.WithClass(x, t), _guide!.WithClass(x, t))
            : _network.WithAndWithoutClass(x, t);
        var guided = ClassifierFreeGuidance.Combine(OfState(conditional, x), OfState(weak, x), scale, _guidance.Channels, _guidance.Rescale);
        return (guided.MoveToOuterDisposeScope(), t, Variance(conditional, x)?.MoveToOuterDisposeScope());
    }

    private void Forget()
    {
        _seen?.Prediction.Dispose();
        _seen?.Variance?.Dispose();
        _seen = null;
    }

    // A learned variance comes after the channels of the state.
    private static Tensor OfState(Tensor prediction, Tensor x) => prediction.narrow(1, 0, x.shape[1]);

    private static Tensor? Variance(Tensor prediction, Tensor x) =>
        prediction.shape[1] == 2 * x.shape[1] ? prediction.narrow(1, x.shape[1], x.shape[1]).to(x.dtype) : null;

    // A discrete path has data in its noisiest state and no network beyond its last step.
    private double KeptFromTheEnds(double t) => KeptFromTheEnds(_path.Kind, _prediction, t);

    private static double KeptFromTheEnds(PathKind path, PredictionKind prediction, double t) => (path, prediction) switch
    {
        (PathKind.VariancePreservingDiscrete, _) => Math.Min(t, 1 - EndMargin),
        (_, PredictionKind.Noise) => Math.Max(t, EndMargin),
        (_, PredictionKind.Data) => Math.Min(t, 1 - EndMargin),
        _ => t,
    };
}

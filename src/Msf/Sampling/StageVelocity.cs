using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>The velocity field of one stage: its network with labels and condition fixed, guided, converted from what it predicts.</summary>
public sealed class StageVelocity : IFlowField
{
    /// <summary>
    /// How far from t = 0 a noise prediction and from t = 1 a data prediction is evaluated: at the end itself neither tells the velocity
    /// (Ma et al. 2024, SiT, whose sampler keeps the same distance).
    /// </summary>
    public const double EndMargin = 1e-3;

    private readonly Denoiser _network;
    private readonly ProbabilityPath _path;
    private readonly PredictionKind _prediction;
    private readonly GuidanceConfig _guidance;
    private readonly Tensor _labels;
    private readonly Tensor _bothLabels;
    private readonly Tensor? _condition;
    private readonly Tensor? _bothConditions;
    private readonly Tensor? _conditionTime;

    /// <summary>Fixes everything but x and t. Must be made and used inside one dispose scope, which owns what it keeps.</summary>
    /// <param name="network">The stage's network.</param>
    /// <param name="diffusion">Path and prediction that the network was trained with.</param>
    /// <param name="guidance">Guidance of this stage.</param>
    /// <param name="labels">Class indices, (B), int64.</param>
    /// <param name="nullClass">Index K of the null class.</param>
    /// <param name="condition">Noised standardised condition, (B, C, ...), or null for the base.</param>
    /// <param name="conditionTime">Noise level of the condition, in [0, 1].</param>
    public StageVelocity(
        Denoiser network, DiffusionConfig diffusion, GuidanceConfig guidance, Tensor labels, long nullClass, Tensor? condition, double conditionTime)
    {
        _network = network;
        _path = ProbabilityPath.Create(diffusion.Path);
        _prediction = diffusion.Prediction;
        _guidance = guidance;
        _labels = labels;
        _bothLabels = cat([labels, HeldScalar.Constant(labels.shape, nullClass, ScalarType.Int64, labels.device)]);                            // (2 B)
        _condition = condition;
        _bothConditions = condition is null ? null : cat([condition, condition]);             // (2 B, C, ...)
        _conditionTime = condition is null ? null : HeldScalar.Constant([2 * labels.shape[0]], conditionTime, ScalarType.Float32, labels.device);
    }

    /// <summary>dx/dt at x and t; outside the guidance interval the network runs on half the batch.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1]; kept <see cref="EndMargin"/> from the end that the prediction does not tell the velocity of.</param>
    /// <returns>Velocity, (B, C, ...), owned by the caller's dispose scope.</returns>
    public Tensor At(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, at) = Predict(x, t);
        return PredictionConversion.ToVelocity(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope();
    }

    /// <summary>The data and the noise that the network sees in x at t.</summary>
    /// <param name="x">State, (B, C, ...), float32.</param>
    /// <param name="t">Time in [0, 1], kept from the ends as in <see cref="At"/>.</param>
    /// <returns>Both (B, C, ...), owned by the caller's dispose scope.</returns>
    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, at) = Predict(x, t);
        return (
            PredictionConversion.ToData(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope(),
            PredictionConversion.ToNoise(_path, _prediction, prediction, x, at).MoveToOuterDisposeScope());
    }

    // The guided prediction, (B, C, ...), and the time at which it was made.
    private (Tensor Prediction, double Time) Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var batch = x.shape[0];
        var guided = _guidance.ActiveAt(t);
        t = KeptFromTheEnds(t);
        var times = HeldScalar.Constant([guided ? 2 * batch : batch], t, ScalarType.Float32, x.device);
        var prediction = guided
            ? _network(cat([x, x]), times, _bothLabels, _bothConditions, _conditionTime)      // (2 B, C, ...)
            : _network(x, times, _labels, _condition, _conditionTime?.narrow(0, 0, batch));
        prediction = prediction.narrow(1, 0, x.shape[1]);                                     // a learned variance is not needed here
        if (guided)
            prediction = ClassifierFreeGuidance.Combine(
                prediction.narrow(0, 0, batch), prediction.narrow(0, batch, batch), _guidance.Scale, _guidance.Channels);
        return (prediction.MoveToOuterDisposeScope(), t);
    }

    // A discrete path has data in its noisiest state and no network beyond its last step.
    private double KeptFromTheEnds(double t) => (_path.Kind, _prediction) switch
    {
        (PathKind.VariancePreservingDiscrete, _) => Math.Min(t, 1 - EndMargin),
        (_, PredictionKind.Noise) => Math.Max(t, EndMargin),
        (_, PredictionKind.Data) => Math.Min(t, 1 - EndMargin),
        _ => t,
    };
}

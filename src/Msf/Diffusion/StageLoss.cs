using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// The training loss of a stage: draw t and eps, show the network <c>x_t</c>, and take the mean square error to the target of its
/// prediction kind (flow matching, Lipman et al. 2023, eq. 14; Ho et al. 2020, eq. 14). A stage above the base also sees its condition,
/// noised to a drawn time t_u.
/// </summary>
/// <remarks>
/// Everything random comes from the generator, in this order whatever the configuration: t (B), eps (shape of x1), label dropout (B), and
/// for conditions that are noised t_u (B) and their noise (shape of u). So a step is repeated by a generator in the same state.
/// </remarks>
public sealed class StageLoss
{
    private readonly DiffusionConfig _config;
    private readonly long _nullClass;
    private readonly ProbabilityPath _conditionPath;

    /// <param name="config">The diffusion process.</param>
    /// <param name="nullClass">The label K that stands for no class, at least 0.</param>
    /// <param name="path">Path on which components are noised, where that is another than the configuration's; null for that.</param>
    /// <exception cref="ArgumentException"><see cref="DiffusionConfig.Validate"/> found errors, or the null class is below 0.</exception>
    public StageLoss(DiffusionConfig config, long nullClass, ProbabilityPath? path = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var errors = config.Validate();
        if (errors.Count > 0) throw new ArgumentException(string.Join(" ", errors), nameof(config));
        ArgumentOutOfRangeException.ThrowIfNegative(nullClass);
        _config = config;
        _nullClass = nullClass;
        _conditionPath = ProbabilityPath.Create(config.Path);
        Path = path ?? _conditionPath;
    }

    /// <summary>The path on which components are noised.</summary>
    public ProbabilityPath Path { get; }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="network">The stage's network.</param>
    /// <param name="x1">Standardised components, (B, C, ...), floating point.</param>
    /// <param name="labels">Classes, (B,) int64, on the device of <paramref name="x1"/>.</param>
    /// <param name="u">Standardised clean conditions, shape of <paramref name="x1"/>; null for the base stage.</param>
    /// <param name="g">A CPU generator; draws are moved to the device of <paramref name="x1"/>.</param>
    /// <returns>Loss and metrics, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Shapes or types do not fit, those of the prediction included.</exception>
    public StageLossResult Compute(Denoiser network, Tensor x1, Tensor labels, Tensor? u, Generator g)
    {
        using var scope = NewDisposeScope();
        var result = Compute(network, Draw(x1, labels, u, g));
        result.Loss.MoveToOuterDisposeScope();
        result.PerImage.MoveToOuterDisposeScope();
        result.Time.MoveToOuterDisposeScope();
        return result;
    }

    /// <summary>Draws all that the loss of a batch needs.</summary>
    /// <param name="x1">Standardised components, (B, C, ...), floating point.</param>
    /// <param name="labels">Classes, (B,) int64, on the device of <paramref name="x1"/>.</param>
    /// <param name="u">Standardised clean conditions, shape of <paramref name="x1"/>; null for the base stage.</param>
    /// <param name="g">A CPU generator; draws are moved to the device of <paramref name="x1"/>.</param>
    /// <returns>Data and draws, owned by the caller's dispose scope; what is float32 already is shared with the arguments.</returns>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public StageDraw Draw(Tensor x1, Tensor labels, Tensor? u, Generator g)
    {
        RequireShapes(x1, labels, u);
        using var scope = NewDisposeScope();
        var (shape, device) = (x1.shape, x1.device);
        var t = _config.Time.Sample(shape[0], g).to(device);                                     // (B,)
        var eps = Normal(shape, device, g);                                                      // (B, C, ...)
        labels = DropLabels(labels, g);
        var (condition, conditionTime) = Condition(u, g);
        return new StageDraw(
            x1.to(ScalarType.Float32).alias().MoveToOuterDisposeScope(),
            eps.MoveToOuterDisposeScope(),
            t.MoveToOuterDisposeScope(),
            labels.MoveToOuterDisposeScope(),
            condition?.alias().MoveToOuterDisposeScope(),
            conditionTime?.MoveToOuterDisposeScope());
    }

    /// <summary>Computes the loss of a batch, or of a part of one, for given draws.</summary>
    /// <param name="network">The stage's network; where it gives 2 C channels, for a variance too, the first C count.</param>
    /// <param name="draw">Data and draws.</param>
    /// <returns>Loss and metrics, owned by the caller's dispose scope; its times are those of the draw.</returns>
    /// <exception cref="ArgumentException">The prediction does not have the shape of the data.</exception>
    public StageLossResult Compute(Denoiser network, StageDraw draw)
    {
        using var scope = NewDisposeScope();
        var (x1, eps, t) = (draw.Data, draw.Noise, draw.Time);
        var prediction = network(Path.Interpolate(x1, eps, t), t, draw.Labels, draw.Condition, draw.ConditionTime);
        prediction = prediction.narrow(1, 0, Math.Min(x1.shape[1], prediction.shape[1]));        // the second half, a variance, is not trained, as in SiT
        ShapeGuard.Require(prediction, nameof(prediction), x1.shape);
        var target = PredictionConversion.Target(Path, _config.Prediction, x1, eps, t);
        var perImage = (prediction.to(ScalarType.Float32) - target).Squared().flatten(1).mean([1]);   // (B,)
        var weights = _config.Weighting.Of(Path, _config.Prediction, t);                         // (B,)
        var loss = weights is null ? perImage.mean() : (perImage * weights).mean();
        return new StageLossResult(loss.MoveToOuterDisposeScope(), perImage.detach().MoveToOuterDisposeScope(), t);
    }

    private Tensor DropLabels(Tensor labels, Generator g)
    {
        var drawn = rand(labels.shape, dtype: ScalarType.Float32, generator: g).to(labels.device);
        using var rate = _config.LabelDropout.ToScalar();
        using var nullClass = _nullClass.ToScalar();
        return labels.masked_fill(drawn.lt(rate), nullClass);                                    // (B,)
    }

    private (Tensor? Condition, Tensor? Time) Condition(Tensor? u, Generator g)
    {
        if (u is null) return (null, null);
        var (shape, device) = (u.shape, u.device);
        u = u.to(ScalarType.Float32);
        if (!_config.NoiseCondition) return (u, ones(shape[0], dtype: ScalarType.Float32, device: device));
        var tU = _config.ConditionTime.Sample(shape[0], g).to(device);                           // (B,)
        return (ConditionNoising.Apply(_conditionPath, u, tU, Normal(shape, device, g)), tU);
    }

    private static Tensor Normal(long[] shape, Device device, Generator g) =>
        randn(shape, dtype: ScalarType.Float32, generator: g).to(device);

    private static void RequireShapes(Tensor x1, Tensor labels, Tensor? u)
    {
        var shape = x1.shape;
        if (shape.Length < 2 || x1.numel() == 0)
            throw new ArgumentException($"x1 is {ShapeGuard.Format(shape)}, expected (batch, channels, ...), none of them 0.", nameof(x1));
        ShapeGuard.Require(labels, nameof(labels), shape[0]);
        if (labels.dtype != ScalarType.Int64)
            throw new ArgumentException($"labels are {labels.dtype}, expected Int64: convert them.", nameof(labels));
        if (u is not null) ShapeGuard.Require(u, nameof(u), shape);
    }
}

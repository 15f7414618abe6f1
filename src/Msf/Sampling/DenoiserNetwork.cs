using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Any function as a stage's network: it gets all arguments anew at every step, both halves of guidance in one batch.</summary>
internal sealed class DenoiserNetwork : IStageNetwork
{
    private readonly Denoiser _network;
    private readonly Tensor _labels;
    private readonly long _nullClass;
    private readonly double _conditionTimeValue;
    private readonly Tensor _bothLabels;
    private readonly Tensor? _condition;
    private readonly Tensor? _bothConditions;
    private readonly Tensor? _conditionTime;

    /// <summary>Settles labels and condition. Must be made and used inside one dispose scope, which owns what it keeps.</summary>
    /// <param name="network">The function.</param>
    /// <param name="labels">Class indices, (B), int64.</param>
    /// <param name="nullClass">Index K of the null class.</param>
    /// <param name="condition">Noised standardised condition, (B, C, ...), or null for the base.</param>
    /// <param name="conditionTime">Noise level of the condition, in [0, 1].</param>
    internal DenoiserNetwork(Denoiser network, Tensor labels, long nullClass, Tensor? condition, double conditionTime)
    {
        (_network, _labels, _nullClass, _condition, _conditionTimeValue) = (network, labels, nullClass, condition, conditionTime);
        _bothLabels = cat([labels, HeldScalar.Constant(labels.shape, nullClass, ScalarType.Int64, labels.device)]);  // (2 B)
        _bothConditions = condition is null ? null : cat([condition, condition]);             // (2 B, C, ...)
        _conditionTime = condition is null ? null : HeldScalar.Constant([2 * labels.shape[0]], conditionTime, ScalarType.Float32, labels.device);
    }

    /// <inheritdoc/>
    public Tensor WithClass(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return _network(x, Times(x.shape[0], t, x.device), _labels, _condition, _conditionTime?.narrow(0, 0, x.shape[0])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public (Tensor Class, Tensor Null) WithAndWithoutClass(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var batch = x.shape[0];
        var both = _network(cat([x, x]), Times(2 * batch, t, x.device), _bothLabels, _bothConditions, _conditionTime);  // (2 B, C, ...)
        return (both.narrow(0, 0, batch).MoveToOuterDisposeScope(), both.narrow(0, batch, batch).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public IStageNetwork OfImages(long first, long count) => new DenoiserNetwork(
        _network, _labels.narrow(0, first, count), _nullClass, _condition?.narrow(0, first, count), _conditionTimeValue);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { _bothLabels, _bothConditions, _conditionTime }) tensor?.Dispose();
    }

    private static Tensor Times(long count, double t, Device device) => HeldScalar.Constant([count], t, ScalarType.Float32, device);
}

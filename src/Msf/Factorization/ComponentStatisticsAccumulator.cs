using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Factorization;

/// <summary>
/// Measures <see cref="ComponentStatistics"/> in one pass over training targets, in float64, with memory for one batch. The result does not
/// depend on how the targets are cut into batches (up to float64 rounding).
/// </summary>
public sealed class ComponentStatisticsAccumulator
{
    private readonly MultiScaleFactorization _factorization;
    private readonly int _channels;
    private readonly ChannelMoments[] _components;
    private readonly ChannelMoments[] _conditions;
    private bool _empty = true;

    /// <param name="f">The factorization whose components are measured.</param>
    /// <param name="channels">Number of channels C of the targets, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel.</exception>
    public ComponentStatisticsAccumulator(MultiScaleFactorization f, int channels)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _factorization = f;
        _channels = channels;
        _components = [.. Enumerable.Range(0, f.Levels).Select(_ => new ChannelMoments(channels))];
        _conditions = [.. Enumerable.Range(1, f.Levels - 1).Select(_ => new ChannelMoments(channels))];
    }

    /// <summary>Adds a batch of targets.</summary>
    /// <param name="x">Targets, (B, C, H, W), floating point, any device; B at least 1.</param>
    /// <exception cref="ArgumentException">Another number of channels, an empty batch, or values that are not finite.</exception>
    public void Add(Tensor x)
    {
        var shape = x.shape;
        if (shape.Length < 3 || shape[1] != _channels || x.numel() == 0)
            throw new ArgumentException(
                $"x is {ShapeGuard.Format(shape)}, expected (batch, {_channels}, spatial sizes), none of them 0.", nameof(x));
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var components = _factorization.Split(x);
        var merged = components[0];                              // b[0]
        _components[0].Add(merged);
        for (var s = 1; s < components.Length; s++)
        {
            var size = components[s].shape.AsSpan(2);
            _components[s].Add(components[s]);
            _conditions[s - 1].Add(_factorization.Condition(merged, size));
            merged = _factorization.MergeStep(merged, components[s]);
        }
        _empty = false;
    }

    /// <summary>What was measured so far.</summary>
    /// <returns>
    /// Population statistics. A channel that is constant (standard deviation below float32 rounding, 1e-6 times the larger of 1 and its
    /// mean) gets standard deviation 1, so that standardising it gives zeros. Where <see cref="FactorizationConfig.Standardize"/> is
    /// off: <see cref="ComponentStatistics.Identity"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public ComponentStatistics Result()
    {
        if (_empty) throw new InvalidOperationException("no targets were added: statistics need at least one batch.");
        return _factorization.Config.Standardize
            ? new ComponentStatistics
            {
                Components = [.. _components.Select(moments => moments.Result())],
                Conditions = [.. _conditions.Select(moments => moments.Result())],
            }
            : ComponentStatistics.Identity(_factorization.Levels, _channels);
    }
}

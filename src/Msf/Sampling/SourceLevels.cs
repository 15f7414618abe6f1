using Msf.Factorization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Sampling;

/// <summary>A given picture and its mask at every level of a factorization. Must be made and used inside one dispose scope, which owns what it keeps.</summary>
internal sealed class SourceLevels
{
    private readonly MultiScaleFactorization _factorization;
    private readonly ComponentStatistics _statistics;
    private readonly Tensor[] _merged;                                                        // b[s], (B or 1, C, h, w)
    private readonly Tensor?[] _masks;                                                        // (B or 1, 1, h, w), 1 where to generate

    /// <summary>Splits the picture.</summary>
    /// <param name="factorization">How.</param>
    /// <param name="statistics">Of its components.</param>
    /// <param name="source">The picture.</param>
    /// <param name="device">Where to compute.</param>
    internal SourceLevels(MultiScaleFactorization factorization, ComponentStatistics statistics, SourceImage source, Device device)
    {
        (_factorization, _statistics, Strength) = (factorization, statistics, source.Strength);
        var levels = factorization.Levels;
        (_merged, _masks) = (new Tensor[levels], new Tensor?[levels]);
        _merged[^1] = source.Target.to(device);
        for (var level = levels - 2; level >= 0; level--) _merged[level] = Resampling.Down(_merged[level + 1]);
        if (source.Mask is not { } mask) return;
        _masks[^1] = mask.to(device);
        // A cell of a coarser level is kept where all of it is.
        for (var level = levels - 2; level >= 0; level--)
            _masks[level] = functional.adaptive_max_pool2d(_masks[^1]!, _merged[level].shape[2..]);
    }

    /// <summary>Leaves all images out but some, where each has a picture or a mask of its own.</summary>
    /// <param name="rows">Places of those that stay, int64.</param>
    internal SourceLevels Select(Tensor rows)
    {
        Tensor Some(Tensor all) => all.shape[0] == 1 ? all : all.index_select(0, rows);
        for (var level = 0; level < _merged.Length; level++)
            (_merged[level], _masks[level]) = (Some(_merged[level]), _masks[level] is { } mask ? Some(mask) : null);
        return this;
    }

    /// <summary>How much of the base is made anew, 0 to 1.</summary>
    internal double Strength { get; }

    /// <summary>The picture at a level, (B or 1, C, h, w).</summary>
    internal Tensor Merged(int level) => _merged[level];

    /// <summary>The component that makes a coarser result the picture: the standardised c[s] of b[s] = Up(coarser) + c[s].</summary>
    /// <param name="level">The level s.</param>
    /// <param name="coarser">What was generated below, (B, C, h, w); null for the base.</param>
    /// <returns>(B or 1, C, H, W), owned by the caller's dispose scope.</returns>
    internal Tensor Component(int level, Tensor? coarser)
    {
        using var scope = NewDisposeScope();
        var component = coarser is null ? _merged[level] : _merged[level] - _factorization.Condition(coarser, _merged[level].shape.AsSpan(2));
        return _statistics.StandardizeComponent(level, component).MoveToOuterDisposeScope();
    }

    /// <summary>Where a level is generated, (B or 1, 1, h, w), 1 there and 0 where the picture is kept; null for everywhere.</summary>
    internal Tensor? Mask(int level) => _masks[level];

    /// <summary>Puts the picture where it is kept, bit for bit.</summary>
    /// <param name="level">The level.</param>
    /// <param name="generated">What was generated, (B, C, h, w).</param>
    /// <returns>(B, C, h, w), owned by the caller's dispose scope.</returns>
    internal Tensor Keep(int level, Tensor generated)
    {
        if (_masks[level] is not { } mask) return generated.alias();
        using var scope = NewDisposeScope();
        var mixed = lerp(_merged[level].expand_as(generated), generated, mask);
        return where(mask.logical_not(), _merged[level], mixed).MoveToOuterDisposeScope();
    }
}

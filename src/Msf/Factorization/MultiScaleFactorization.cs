using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Factorization;

/// <summary>
/// Splits a target into a coarse base and residuals and merges them again: the central idea of the project
/// (Xu et al. 2025, arXiv 2501.13349, section 3).
/// </summary>
/// <remarks>
/// With <c>b[S-1] = x</c> and <c>b[s-1] = Down(b[s])</c> the components are <c>c[0] = b[0]</c> and <c>c[s] = b[s] - Up(b[s-1])</c>.
/// Merging runs backwards, <c>b[s] = Up(b[s-1]) + c[s]</c>, and is the inverse of the split up to rounding whatever Down and Up are.
/// Level 0 is the coarsest. One level is the identity, so a single-scale model is the same code. Sizes need not be even or square:
/// <see cref="Resampling"/> says what happens to odd ones.
/// </remarks>
public sealed class MultiScaleFactorization
{
    /// <param name="config">How to split.</param>
    /// <exception cref="ArgumentException"><see cref="FactorizationConfig.Validate"/> found errors; the message holds all of them.</exception>
    public MultiScaleFactorization(FactorizationConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var errors = config.Validate();
        if (errors.Count > 0) throw new ArgumentException(string.Join(" ", errors), nameof(config));
        Config = config;
    }

    /// <summary>How targets are split.</summary>
    public FactorizationConfig Config { get; }

    /// <summary>Number of levels S.</summary>
    public int Levels => Config.Levels;

    /// <summary>The spatial size of a level's component.</summary>
    /// <param name="level">0 (coarsest) to S-1 (that of the target).</param>
    /// <param name="spatialSize">Spatial size of the target, (H, W).</param>
    /// <exception cref="ArgumentException">No such level, or a size below 1.</exception>
    public long[] LevelSize(int level, ReadOnlySpan<long> spatialSize)
    {
        if (level < 0 || level >= Levels)
            throw new ArgumentException($"level is {level}, expected 0 (coarsest) to {Levels - 1} (finest).", nameof(level));
        var size = spatialSize.ToArray();
        for (var s = Levels - 1; s > level; s--) size = Resampling.DownSize(size);
        return size;
    }

    /// <summary>Splits targets into components.</summary>
    /// <param name="x">Targets, (B, C, H, W), floating point.</param>
    /// <returns>
    /// <c>c[0]</c> to <c>c[S-1]</c>, each (B, C, <see cref="LevelSize"/>), never views of <paramref name="x"/>, owned by the caller's
    /// dispose scope.
    /// </returns>
    /// <exception cref="ArgumentException">The rank is wrong or a size is 0.</exception>
    public Tensor[] Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        var components = new Tensor[Levels];
        var b = Levels == 1 ? x.clone() : x;
        for (var s = Levels - 1; s > 0; s--)
        {
            var coarser = Resampling.Down(b);                    // b[s-1]
            components[s] = b - Condition(coarser, SpatialSize(b));
            b = coarser;
        }
        components[0] = b;
        foreach (var component in components) component.MoveToOuterDisposeScope();
        return components;
    }

    /// <summary>Merges components into targets: the inverse of <see cref="Split"/>.</summary>
    /// <param name="components"><c>c[0]</c> to <c>c[S-1]</c>.</param>
    /// <returns>Targets, (B, C, H, W), never a view of a component, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Their number is not S, or their shapes do not follow each other.</exception>
    public Tensor Merge(IReadOnlyList<Tensor> components)
    {
        if (components.Count != Levels)
            throw new ArgumentException($"{components.Count} components came, expected {Levels}, one per level.", nameof(components));
        using var scope = NewDisposeScope();
        var b = Levels == 1 ? components[0].clone() : components[0];
        for (var s = 1; s < Levels; s++) b = MergeStep(b, components[s]);
        return b.MoveToOuterDisposeScope();
    }

    /// <summary>One step of the merge, <c>b[s] = Up(b[s-1]) + c[s]</c>.</summary>
    /// <param name="coarser"><c>b[s-1]</c>, (B, C, h, w).</param>
    /// <param name="component"><c>c[s]</c>, (B, C, H, W).</param>
    /// <returns><c>b[s]</c>, (B, C, H, W), owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The two are not of neighbouring levels, or batch or channels differ.</exception>
    public Tensor MergeStep(Tensor coarser, Tensor component)
    {
        var size = SpatialSize(component);
        if (coarser.dim() != component.dim() || !coarser.shape.AsSpan(0, 2).SequenceEqual(component.shape.AsSpan(0, 2)))
            throw new ArgumentException(
                $"coarser is {ShapeGuard.Format(coarser.shape)} and component {ShapeGuard.Format(component.shape)}: "
                + "expected the same rank, batch and channels.", nameof(component));
        using var up = Condition(coarser, size);
        return up.Plus(component);                               // (B, C, H, W)
    }

    /// <summary>What the stage of a finer level is conditioned on: <c>u = Up(b[s-1])</c>.</summary>
    /// <param name="coarser"><c>b[s-1]</c>, the merged coarser result, (B, C, h, w).</param>
    /// <param name="spatialSize">Spatial size of level s, (H, W).</param>
    /// <returns>u, (B, C, H, W), owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The sizes are not those of neighbouring levels.</exception>
    public Tensor Condition(Tensor coarser, ReadOnlySpan<long> spatialSize) => Resampling.Up(coarser, spatialSize, Config.Upsample);

    /// <summary>
    /// The closest component that a split can produce, <c>c - Up(Down(c))</c>: an orthogonal projection, also for odd sizes, after which
    /// all cell means are zero.
    /// </summary>
    /// <param name="component">A component of a level above 0, (B, C, H, W).</param>
    /// <returns>(B, C, H, W), owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The filter is not <see cref="UpsampleFilter.Nearest"/>: then this is no projection.</exception>
    public Tensor Project(Tensor component)
    {
        if (Config.Upsample != UpsampleFilter.Nearest)
            throw new InvalidOperationException($"projection needs upsample Nearest, this factorization has {Config.Upsample}.");
        using var mean = Resampling.Down(component);             // (B, C, h, w)
        using var up = Condition(mean, SpatialSize(component));
        return component - up;                                   // (B, C, H, W)
    }

    private static ReadOnlySpan<long> SpatialSize(Tensor x)
    {
        var shape = x.shape;
        if (shape.Length < 3)
            throw new ArgumentException($"tensor is {ShapeGuard.Format(shape)}, expected batch, channels, then spatial sizes.", nameof(x));
        return shape.AsSpan(2);
    }
}

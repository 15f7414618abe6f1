using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Factorization;

/// <summary>
/// Per-channel statistics of every component and condition. They are stored with the model: the diffusion process of every stage sees
/// components with mean 0 and standard deviation 1, though a residual has a fraction of the base's variance.
/// </summary>
public sealed record ComponentStatistics
{
    /// <summary>Statistics of <c>c[s]</c>, one per level, coarsest first.</summary>
    public required ChannelStatistics[] Components { get; init; }

    /// <summary>Statistics of the conditions <c>u = Up(b[s-1])</c>, one per level above 0: index 0 belongs to level 1.</summary>
    public required ChannelStatistics[] Conditions { get; init; }

    /// <summary>Statistics that change nothing.</summary>
    /// <param name="levels">Number of levels S, at least 1.</param>
    /// <param name="channels">Number of channels C of the target, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one level or channel.</exception>
    public static ComponentStatistics Identity(int levels, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        var identity = ChannelStatistics.Identity(channels);
        return new ComponentStatistics
        {
            Components = [.. Enumerable.Repeat(identity, levels)],
            Conditions = [.. Enumerable.Repeat(identity, levels - 1)],
        };
    }

    /// <summary>Checks numbers of levels and channels and every value, as after reading a file.</summary>
    /// <param name="levels">Number of levels S of the factorization.</param>
    /// <param name="channels">Number of channels C of the target.</param>
    /// <returns>All errors, one line each; empty where the statistics fit.</returns>
    public IReadOnlyList<string> Validate(int levels, int channels)
    {
        var errors = new List<string>();
        if (Components.Length != levels || Conditions.Length != levels - 1)
            errors.Add(
                $"statistics of {Components.Length} components and {Conditions.Length} conditions came, expected {levels} and {levels - 1}.");
        for (var s = 0; s < Components.Length; s++) errors.AddRange(Components[s].Validate($"component {s}", channels));
        for (var s = 0; s < Conditions.Length; s++) errors.AddRange(Conditions[s].Validate($"condition of level {s + 1}", channels));
        return errors;
    }

    /// <summary>Brings a component to mean 0 and standard deviation 1: <c>(c - mean) / std</c>.</summary>
    /// <param name="level">The component's level, 0 to S-1.</param>
    /// <param name="c">The component, (B, C, ...).</param>
    /// <returns>Shape, type and device of <paramref name="c"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">No such level, or another number of channels.</exception>
    public Tensor StandardizeComponent(int level, Tensor c) => Standardize(c, At(Components, level, 0));

    /// <summary>Undoes <see cref="StandardizeComponent"/>: <c>z std + mean</c>.</summary>
    /// <param name="level">The component's level, 0 to S-1.</param>
    /// <param name="z">The standardised component, (B, C, ...).</param>
    /// <returns>Shape, type and device of <paramref name="z"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">No such level, or another number of channels.</exception>
    public Tensor RestoreComponent(int level, Tensor z)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = Tensors(At(Components, level, 0), z);
        return (z * deviation).Plus(mean).MoveToOuterDisposeScope();
    }

    /// <summary>Brings a condition <c>u = Up(b[s-1])</c> to mean 0 and standard deviation 1.</summary>
    /// <param name="level">The level that is conditioned, 1 to S-1.</param>
    /// <param name="u">The condition, (B, C, ...).</param>
    /// <returns>Shape, type and device of <paramref name="u"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">No such level, or another number of channels.</exception>
    public Tensor StandardizeCondition(int level, Tensor u) => Standardize(u, At(Conditions, level, 1));

    private static Tensor Standardize(Tensor x, ChannelStatistics statistics)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = Tensors(statistics, x);
        return ((x - mean) / deviation).MoveToOuterDisposeScope();
    }

    private static ChannelStatistics At(ChannelStatistics[] statistics, int level, int first)
    {
        var index = level - first;
        if (index >= 0 && index < statistics.Length) return statistics[index];
        throw new ArgumentException($"level is {level}, expected {first} to {first + statistics.Length - 1}.", nameof(level));
    }

    private static (Tensor Mean, Tensor Deviation) Tensors(ChannelStatistics statistics, Tensor x)
    {
        var shape = x.shape;
        if (shape.Length < 2 || shape[1] != statistics.Mean.Length)
            throw new ArgumentException(
                $"tensor is {ShapeGuard.Format(shape)}, expected (batch, {statistics.Mean.Length} channels, ...) as in the statistics.", nameof(x));
        var perChannel = new long[shape.Length];
        Array.Fill(perChannel, 1);
        perChannel[1] = shape[1];                                // (1, C, 1, ...)
        return (tensor(statistics.Mean, dtype: x.dtype, device: x.device).view(perChannel),
                tensor(statistics.StandardDeviation, dtype: x.dtype, device: x.device).view(perChannel));
    }
}

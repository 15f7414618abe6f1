using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Distances of every image of a set to its k-th nearest other: the radii of the balls whose union stands for the set's manifold (Kynkäänniemi et al. 2019, eq. 1).
/// </summary>
internal static class NeighbourRadii
{
    /// <summary>Squared radii.</summary>
    /// <param name="features">(N, D) with N above the largest k.</param>
    /// <param name="ks">One k or several, for one pass.</param>
    /// <param name="centre">(D).</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <returns>For every k, (N), float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There are too few images.</exception>
    public static Tensor[] Squared(Tensor features, ReadOnlySpan<int> ks, Tensor centre, CancellationToken cancellation = default)
    {
        var (count, most) = (features.shape[0], 0);
        foreach (var k in ks) most = Math.Max(most, k);
        if (count <= most) throw new ArgumentException($"{count} images have no {most} nearest others; give at least {most + 1}.", nameof(features));
        using var scope = NewDisposeScope();
        var nearest = HeldScalar.Constant([count, most], double.PositiveInfinity, ScalarType.Float32, features.device);    // (N, k), ascending
        DistanceBlocks.Visit(
            features, features, centre,
            (row, column, squared) =>
            {
                if (row == column) squared = squared.maximum(diag(HeldScalar.Constant([squared.shape[0]], double.PositiveInfinity, ScalarType.Float32, squared.device)));   // itself is no other
                var known = nearest.narrow(0, row, squared.shape[0]);
                var near = squared.topk((int)Math.Min(most, squared.shape[1]), 1, largest: false, sorted: true).values;
                known.copy_(cat([known, near], dim: 1).topk(most, 1, largest: false, sorted: true).values);
            },
            cancellation);
        var radii = new Tensor[ks.Length];
        for (var i = 0; i < radii.Length; i++) radii[i] = nearest.select(1, ks[i] - 1).clone().MoveToOuterDisposeScope();
        return radii;
    }
}

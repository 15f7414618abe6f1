using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// The Frechet distance at infinitely many samples. A distance of N samples exceeds it by a term of the order of 1/N, which depends on the model; distances of growing
/// numbers are therefore extrapolated by a line in 1/N (Chong and Forsyth 2020, section 4). The finite number of the reference's images is no part of this.
/// </summary>
public static class FrechetInfinity
{
    /// <summary>Fewest samples that a line is put through.</summary>
    public const int Fewest = 40;

    /// <summary>Measures and extrapolates.</summary>
    /// <param name="reference">What samples are compared with.</param>
    /// <param name="features">Of the samples, (N, D) with N of at least <see cref="Fewest"/>.</param>
    /// <param name="points">How many numbers, at least 3: evenly from a tenth of the samples, or from twice D where that is more, but at most half of them, to all.</param>
    /// <param name="seed">Chooses the samples of each.</param>
    /// <param name="cancellation">Looked at before each.</param>
    /// <exception cref="ArgumentException">There are too few samples or points.</exception>
    public static FrechetExtrapolation Of(FrechetReference reference, Tensor features, int points = 10, long seed = 0, CancellationToken cancellation = default)
    {
        ShapeGuard.Require(features, "features", -1, reference.Width);
        var all = features.shape[0];
        if (all < Fewest) throw new ArgumentException($"{all} samples are too few to extrapolate from; give at least {Fewest}.", nameof(features));
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 3);
        var fewest = Math.Max(all / 10, Math.Min(2L * reference.Width, all / 2));
        var (counts, distances) = (new long[points], new double[points]);
        for (var i = 0; i < points; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            counts[i] = fewest + (all - fewest) * i / (points - 1);
            distances[i] = reference.DistanceTo(features, counts[i] == all ? null : Shuffling.Order(all, seed, i)[..(int)counts[i]]).Distance;
        }
        return Fit(counts, distances);
    }

    /// <summary>The least-squares line of distances in 1/N.</summary>
    /// <param name="counts">Numbers of samples N, at least 3, not all the same.</param>
    /// <param name="distances">As many distances.</param>
    public static FrechetExtrapolation Fit(long[] counts, double[] distances)
    {
        if (counts.Length < 3 || counts.Length != distances.Length || counts.Distinct().Count() < 2)
            throw new ArgumentException($"{counts.Length} numbers of samples and {distances.Length} distances; expected at least 3 of each, of different numbers.", nameof(counts));
        var x = Array.ConvertAll(counts, n => 1.0 / n);
        var (n, meanX, meanY) = (x.Length, x.Average(), distances.Average());
        var spread = x.Sum(v => (v - meanX) * (v - meanX));
        var slope = x.Zip(distances, (v, y) => (v - meanX) * (y - meanY)).Sum() / spread;
        var intercept = meanY - slope * meanX;
        var residual = x.Zip(distances, (v, y) => y - intercept - slope * v).Sum(r => r * r) / (n - 2);
        return new FrechetExtrapolation(counts, distances, intercept, slope, Math.Sqrt(residual * (1.0 / n + meanX * meanX / spread)));
    }
}

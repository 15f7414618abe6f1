using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// What samples are compared with: moments whose root is computed once. The distance |mu1 - mu2|² + tr(S1 + S2 - 2 (S1 S2)^1/2) of Heusel et al. (2017) is taken by the
/// symmetric route, from the eigenvalues of S1^1/2 S2 S1^1/2 in float64, so that no complex root appears and covariances may be of deficient rank.
/// </summary>
public sealed class FrechetReference : IDisposable
{
    private const long Block = 4096;

    private readonly Tensor _mean;                                                            // (D)
    private readonly Tensor _root;                                                            // (D, D): S1^1/2
    private readonly double _trace;
    private readonly double _clamped;

    /// <summary>Computes the root of a covariance.</summary>
    /// <param name="reference">The moments; copied.</param>
    public FrechetReference(FeatureMoments reference)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (values, vectors) = linalg.eigh(reference.Covariance);
        var (kept, clamped) = Clamp(values);
        _mean = reference.Mean.clone().DetachFromDisposeScope();
        _root = vectors.mul(kept.sqrt()).mm(vectors.t()).DetachFromDisposeScope();
        (_trace, _clamped, Count) = (reference.Covariance.trace().item<double>(), clamped, reference.Count);
    }

    /// <summary>Number of features D.</summary>
    public int Width => (int)_mean.shape[0];

    /// <summary>Number of images of the reference; null where unknown.</summary>
    public long? Count { get; }

    /// <summary>Distance of moments.</summary>
    /// <exception cref="ArgumentException">They are of another width.</exception>
    public FrechetResult DistanceTo(FeatureMoments samples)
    {
        RequireWidth(samples.Width);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (kept, clamped) = Clamp(linalg.eigvalsh(_root.mm(samples.Covariance).mm(_root)));
        return Result(samples.Mean, samples.Covariance.trace().item<double>(), kept, clamped);
    }

    /// <summary>
    /// Distance of features. With fewer of them than their width the eigenvalues other than 0 are those of a matrix of their number, which takes a fraction of the time; the distance is the same.
    /// </summary>
    /// <param name="features">(N, D), any floating type, on any device.</param>
    /// <param name="rows">Which of them, at least 2, any of them also several times; all when null.</param>
    /// <exception cref="ArgumentException">There are fewer than two, or they are of another width.</exception>
    public FrechetResult DistanceTo(Tensor features, long[]? rows = null)
    {
        ShapeGuard.Require(features, "features", -1, Width);
        var count = rows?.Length ?? features.shape[0];
        if (count < 2) throw new ArgumentException($"{count} images have no covariance; at least 2 are needed.", nameof(features));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor Rows(long first, long length) =>
            rows is null ? features.narrow(0, first, length) : features.index_select(0, tensor(rows.AsSpan((int)first, (int)length).ToArray(), device: features.device));
        if (count > Width)
        {
            using var statistics = new FeatureStatistics(Width);
            for (long first = 0; first < count; first += Block)
            {
                using var inner = NewDisposeScope();
                statistics.Add(Rows(first, Math.Min(Block, count - first)));
            }
            using var moments = statistics.Moments();
            return DistanceTo(moments);
        }
        var x = Rows(0, count).to(ScalarType.Float64).cpu();                                  // (N, D)
        var mean = x.mean([0]);
        var deviations = x.sub(mean);
        var y = deviations.mm(_root);                                                         // (N, D)
        var (kept, clamped) = Clamp(linalg.eigvalsh(y.mm(y.t()).Times(1.0 / (count - 1))));
        return Result(mean, deviations.Squared().sum().item<double>() / (count - 1), kept, clamped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _root.Dispose();
    }

    private FrechetResult Result(Tensor mean, double trace, Tensor eigenvalues, double clamped)
    {
        var means = _mean.sub(mean).Squared().sum().item<double>();
        var covariances = _trace + trace - 2 * eigenvalues.sqrt().sum().item<double>();
        return new FrechetResult(means + covariances, means, covariances, Math.Max(clamped, _clamped));
    }

    private void RequireWidth(int width)
    {
        if (width != Width) throw new ArgumentException($"the samples have {width} features, the reference {Width}: take both from the same network.");
    }

    // What rounding, or a file, made less than 0.
    private static (Tensor Kept, double ClampedShare) Clamp(Tensor eigenvalues)
    {
        var mass = eigenvalues.abs().sum().item<double>();
        var kept = nn.functional.relu(eigenvalues);
        var lost = kept.sub(eigenvalues).sum().item<double>();
        return (kept, mass > 0 ? lost / mass : 0);
    }
}

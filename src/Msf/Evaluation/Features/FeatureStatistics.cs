using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Mean and covariance of any number of features in one pass, in float64 and the memory of one covariance: blocks of rows are joined by the pairwise rule of Chan, Golub and LeVeque
/// (1979), which loses no digits to large means. The blocks do not depend on the batches, so neither does the result. Two of them, gathered apart, can be merged.
/// </summary>
public sealed class FeatureStatistics : IDisposable
{
    private const int Block = 512;                                                            // a join costs as much as the products of as many rows

    private readonly Tensor _mean;                                                            // (D), of the blocks that are joined
    private readonly Tensor _scatter;                                                         // (D, D): sum of the products of deviations from the mean
    private Tensor? _waiting;                                                                 // (512, D): rows of the next block
    private long _joined;
    private int _rows;

    /// <summary>Begins with no features.</summary>
    /// <param name="width">Number of features D of an image, at least 1.</param>
    public FeatureStatistics(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (_mean, _scatter) = (zeros([width], ScalarType.Float64, CPU).DetachFromDisposeScope(), zeros([width, width], ScalarType.Float64, CPU).DetachFromDisposeScope());
        Width = width;
    }

    /// <summary>Goes on from moments, which stay as they are.</summary>
    /// <param name="moments">Of a known number of images.</param>
    /// <exception cref="ArgumentException">Nobody told of how many images they are.</exception>
    public FeatureStatistics(FeatureMoments moments)
        : this(moments.Width)
    {
        if (moments.Count is not { } count) throw new ArgumentException("nobody told of how many images the moments are; more cannot be added.", nameof(moments));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _joined = Join(_mean, _scatter, 0, count, moments.Mean, moments.Covariance.Times(count - 1));
    }

    /// <summary>Number of features D of an image.</summary>
    public int Width { get; }

    /// <summary>Images seen.</summary>
    public long Count => _joined + _rows;

    /// <summary>
    /// All that it holds, for who goes on exactly: a covariance is the sum of products over the count less 1, and cannot give it back to the last bit. Mean and scatter belong to this; the
    /// others, of which the waiting rows are a view, to the caller's dispose scope.
    /// </summary>
    internal IEnumerable<(string Name, Tensor Value)> Exact()
    {
        yield return ("mean", _mean);
        yield return ("scatter", _scatter);
        if (_rows > 0) yield return ("waiting", _waiting!.narrow(0, 0, _rows));
        yield return ("joined", tensor(_joined));
    }

    /// <summary>Goes on from <see cref="Exact"/> of as many images.</summary>
    /// <param name="find">The tensor of a name; null where there is none.</param>
    /// <returns>Whether it is of such statistics; nothing has changed where not.</returns>
    internal bool TryRestore(Func<string, Tensor?> find)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (find("mean") is not { dtype: ScalarType.Float64 } mean || find("scatter") is not { dtype: ScalarType.Float64 } scatter || find("joined") is not { dtype: ScalarType.Int64 } joined) return false;
        var rows = find("waiting");
        if (mean.shape is not [var width] || width != Width || scatter.shape is not [var a, var b] || a != Width || b != Width || joined.numel() != 1) return false;
        if (rows is not null && (rows.dtype != ScalarType.Float64 || rows.shape is not [> 0 and < Block, var columns] || columns != Width)) return false;
        if (joined.item<long>() + (rows?.shape[0] ?? 0) != Count) return false;
        _mean.copy_(mean);
        _scatter.copy_(scatter);
        (_joined, _rows) = (joined.item<long>(), (int)(rows?.shape[0] ?? 0));
        if (rows is not null) Room().narrow(0, 0, _rows).copy_(rows);
        return true;
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="features">(B, D), any floating type, on any device.</param>
    /// <exception cref="ArgumentException">The shape is another, or a number is not finite; nothing was added.</exception>
    public void Add(Tensor features)
    {
        ShapeGuard.Require(features, "features", -1, Width);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var batch = features.to(ScalarType.Float64).cpu();                                    // (B, D)
        if (!batch.isfinite().all().item<bool>()) throw new ArgumentException("a feature is not finite; the images or the network are broken.", nameof(features));
        for (long row = 0; row < batch.shape[0];)
        {
            var taken = (int)Math.Min(Block - _rows, batch.shape[0] - row);
            Room().narrow(0, _rows, taken).copy_(batch.narrow(0, row, taken));
            (row, _rows) = (row + taken, _rows + taken);
            if (_rows < Block) continue;
            _joined = Join(_mean, _scatter, _joined, _waiting!);
            _rows = 0;
        }
    }

    /// <summary>Adds what another one has seen, which stays as it is.</summary>
    /// <exception cref="ArgumentException">It is of another width.</exception>
    public void Merge(FeatureStatistics other)
    {
        if (other.Width != Width) throw new ArgumentException($"statistics of {other.Width} features cannot be merged into those of {Width}.", nameof(other));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _joined = Join(_mean, _scatter, _joined, other._joined, other._mean, other._scatter);
        if (other._rows > 0) Add(other._waiting!.narrow(0, 0, other._rows));
    }

    /// <summary>Mean and covariance (divided by the count less 1) of all that was seen.</summary>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="InvalidOperationException">Fewer than two images were seen.</exception>
    public FeatureMoments Moments()
    {
        if (Count < 2) throw new InvalidOperationException($"{Count} images have no covariance; at least 2 are needed.");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (mean, scatter) = (_mean.clone(), _scatter.clone());
        if (_rows > 0) Join(mean, scatter, _joined, _waiting!.narrow(0, 0, _rows));
        return new FeatureMoments(mean, scatter.Times(1.0 / (Count - 1)), Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _scatter.Dispose();
        _waiting?.Dispose();
    }

    private Tensor Room() => _waiting ??= empty([Block, Width], ScalarType.Float64, CPU).DetachFromDisposeScope();

    private static long Join(Tensor mean, Tensor scatter, long known, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var ownMean = rows.mean([0]);                                                         // (D)
        var deviations = rows.sub(ownMean);
        return Join(mean, scatter, known, rows.shape[0], ownMean, deviations.t().mm(deviations));
    }

    // In place; gives the number of both together.
    private static long Join(Tensor mean, Tensor scatter, long known, long count, Tensor otherMean, Tensor otherScatter)
    {
        if (count == 0) return known;
        using var scope = NewDisposeScope();
        var (total, delta) = (known + count, otherMean.sub(mean));                            // (D)
        scatter.AddInPlace(otherScatter);
        if (known > 0) scatter.AddInPlace(delta.outer(delta).Times((double)known * count / total));
        mean.AddInPlace(delta.Times((double)count / total));
        return total;
    }
}

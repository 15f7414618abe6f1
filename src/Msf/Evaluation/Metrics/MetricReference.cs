using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// What samples are measured against. What depends on the data alone (the covariance's root, the radii of its neighbourhoods, the distances of held-out images) is computed once, when it
/// is first needed, however many sets of samples are measured.
/// </summary>
public sealed class MetricReference : IDisposable
{
    private readonly EvaluationSet? _heldOut;
    private readonly EvaluationOptions _options;
    private FrechetReference? _frechet, _spatial;
    private ManifoldMetrics? _manifold;
    private (double[]? Features, double[]? Pixels)? _held;

    /// <summary>Takes a set that no image will be added to.</summary>
    /// <param name="data">The data; owned by the caller, and must live as long as this.</param>
    /// <param name="options">The figures, and how they are computed.</param>
    /// <param name="heldOut">Data that the model was not trained on, for <see cref="MetricKind.Neighbours"/>; null for none. As <paramref name="data"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the sets are of different networks.</exception>
    public MetricReference(EvaluationSet data, EvaluationOptions options, EvaluationSet? heldOut = null)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        (Data, _options, _heldOut) = (data, options, heldOut);
        if (heldOut is not null) RequireSameNetwork(heldOut);
    }

    /// <summary>The data.</summary>
    public EvaluationSet Data { get; }

    /// <summary>Computes Frechet distances.</summary>
    public FrechetReference Frechet
    {
        get
        {
            if (_frechet is not null) return _frechet;
            using var moments = Data.Moments();
            return _frechet = new FrechetReference(moments);
        }
    }

    /// <summary>The same of spatial features; null where the data has none.</summary>
    internal FrechetReference? Spatial
    {
        get
        {
            if (_spatial is not null) return _spatial;
            using var moments = Data.Parts.SpatialMoments();
            return moments is null ? null : _spatial = new FrechetReference(moments);
        }
    }

    /// <summary>Measures samples.</summary>
    /// <param name="samples">Gathered with the same network.</param>
    /// <param name="progress">Told of every figure before it is computed, and of how many there are.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <returns>The figures; one that cannot be had is left out with the reason.</returns>
    /// <exception cref="ArgumentException">The samples are of another network.</exception>
    /// <exception cref="InvalidOperationException">A set has fewer than two images.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MetricSet Measure(EvaluationSet samples, IProgress<MetricProgress>? progress = null, CancellationToken cancellation = default)
    {
        RequireSameNetwork(samples);
        return new MetricMeasurement(this, samples, _options, progress, cancellation).Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frechet?.Dispose();
        _spatial?.Dispose();
        _manifold?.Dispose();
    }

    /// <summary>The data's neighbourhoods.</summary>
    internal ManifoldMetrics Manifold(Tensor features, CancellationToken cancellation) =>
        _manifold ??= new ManifoldMetrics(features, _options.PrecisionNeighbours, _options.CoverageNeighbours, cancellation);

    /// <summary>Distances of held-out images to the nearest of the data, in features and in pixels; null where there are none.</summary>
    internal (double[]? Features, double[]? Pixels) HeldOut(CancellationToken cancellation)
    {
        if (_held is { } known) return known;
        using var scope = NewDisposeScope();
        double[]? Distances(RowStore? held, RowStore data) =>
            held?.Rows is { } rows && data.Rows is { } images && rows.shape[1] == images.shape[1] ? NearestImages.Of(rows, images, cancellation: cancellation).Distances : null;
        var found = (Distances(_heldOut?.Parts.Features, Data.Parts.Features), Distances(_heldOut?.Parts.Pixels, Data.Parts.Pixels));
        _held = found;
        return found;
    }

    private void RequireSameNetwork(EvaluationSet other)
    {
        if (other.Parts.Width != Data.Parts.Width || (other.Description.NetworkDigest is { } own && Data.Description.NetworkDigest is { } digest && own != digest))
            throw new ArgumentException(
                $"the samples have {other.Parts.Width} features of {other.Description.Network ?? "a network"}, the reference {Data.Parts.Width} of {Data.Description.Network ?? "a network"}: take both from the same network.",
                nameof(other));
    }
}

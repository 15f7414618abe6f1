using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>One measurement of samples, figure by figure.</summary>
internal sealed class MetricMeasurement(
    MetricReference reference, EvaluationSet samples, EvaluationOptions options, IProgress<MetricProgress>? progress, CancellationToken cancellation)
{
    private const int FewestForKernel = 8;

    private readonly List<LeftOutMetric> _leftOut = [];
    private MetricSet _result = new();
    private double? _bootstrapError;

    /// <summary>Computes all figures that are asked for.</summary>
    public MetricSet Run()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _result = new MetricSet
        {
            Count = samples.Count,
            Kept = samples.Kept,
            ReferenceCount = reference.Data.Count > 0 ? reference.Data.Count : null,
            ReferenceKept = reference.Data.Kept,
        };
        for (var i = 0; i < options.Metrics.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new MetricProgress(options.Metrics[i], i, options.Metrics.Length));
            if (Measure(options.Metrics[i]) is { } why) _leftOut.Add(new LeftOutMetric(options.Metrics[i], why));
        }
        return _result with { LeftOut = [.. _leftOut] };
    }

    // Null, or why it cannot be had.
    private string? Measure(MetricKind metric) => metric switch
    {
        MetricKind.FrechetDistance => Frechet(),
        MetricKind.FrechetInfinity => Infinity(),
        MetricKind.SpatialFrechet => SpatialFrechet(),
        MetricKind.InceptionScore => Inception(),
        MetricKind.KernelDistance => Kernel(),
        MetricKind.PrecisionRecall or MetricKind.DensityCoverage => Manifolds(metric),
        MetricKind.ClassAccuracy => Classes(),
        MetricKind.Neighbours => Neighbours(),
        MetricKind.Bands => Bands(),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "no such figure."),
    };

    private string? Frechet()
    {
        using var moments = samples.Moments();
        var result = reference.Frechet.DistanceTo(moments);
        _result = _result with { FrechetDistance = result.Distance, Frechet = result };
        if (BootstrapError() is { } error) _result = _result with { Errors = _result.Errors with { FrechetDistance = error * Math.Sqrt(samples.Kept / (double)samples.Count) } };
        return null;
    }

    // Of the distance of the kept samples; null where it cannot be had.
    private double? BootstrapError() => _bootstrapError ??= options.Resamples == 0 || samples.Kept < 2 || samples.Features() is not { } features
        ? (double?)null
        : FrechetBootstrap.StandardError(reference.Frechet, features, options.Resamples, options.Seed, cancellation);

    private string? Infinity()
    {
        if (samples.Features() is not { } features || samples.Kept < FrechetInfinity.Fewest) return $"{samples.Kept} samples are kept; at least {FrechetInfinity.Fewest} are needed to extrapolate";
        var line = FrechetInfinity.Of(reference.Frechet, features, options.ExtrapolationPoints, options.Seed, cancellation);
        _result = _result with
        {
            FrechetDistanceInfinity = line.Intercept,
            Extrapolation = line,
            Errors = _result.Errors with { FrechetDistanceInfinity = BootstrapError() is { } error ? line.StandardError(error) : null },
        };
        return null;
    }

    private string? SpatialFrechet()
    {
        if (reference.Spatial is not { } spatial) return "the reference has no spatial features; take a network that gives some, by its manifest";
        using var moments = samples.Parts.SpatialMoments();
        if (moments is null) return "the samples have no spatial features; take a network that gives some, by its manifest";
        if (moments.Width != spatial.Width) return $"the samples have {moments.Width} spatial features, the reference {spatial.Width}";
        _result = _result with { SpatialFrechetDistance = spatial.DistanceTo(moments).Distance };
        return null;
    }

    private string? Inception()
    {
        if (samples.Parts.Probabilities.Rows is not { } probabilities) return "there are no probabilities: the network tells none, or no sample is kept";
        if (probabilities.shape[0] < options.InceptionSplits) return $"{probabilities.shape[0]} samples cannot make {options.InceptionSplits} parts";
        var result = InceptionScore.Of(probabilities, options.InceptionSplits);
        var error = result.Parts > 1 ? result.StandardDeviation / Math.Sqrt(result.Parts - 1) : (double?)null;
        _result = _result with { InceptionScore = result, Errors = _result.Errors with { InceptionScore = error } };
        return null;
    }

    private string? Kernel()
    {
        if (reference.Data.Features() is not { } data || samples.Features() is not { } features || Math.Min(reference.Data.Kept, samples.Kept) < FewestForKernel)
            return $"features of {reference.Data.Kept} images and {samples.Kept} samples are kept; at least {FewestForKernel} of each are needed";
        var result = KernelDistance.OfSubsets(data, features, options.KernelSubsets, options.KernelSubsetSize, options.Seed, cancellation);
        _result = _result with { Kid = result.Mean, Errors = _result.Errors with { Kid = result.StandardError } };
        return null;
    }

    private string? Manifolds(MetricKind metric)
    {
        var fewest = Math.Max(options.PrecisionNeighbours, options.CoverageNeighbours) + 1;
        if (reference.Data.Features() is not { } data || samples.Features() is not { } features || Math.Min(reference.Data.Kept, samples.Kept) < fewest)
            return $"features of {reference.Data.Kept} images and {samples.Kept} samples are kept; at least {fewest} of each are needed";
        _manifolds ??= reference.Manifold(data, cancellation).Of(features, cancellation);
        var (n, m) = (samples.Kept, reference.Data.Kept);
        _result = metric == MetricKind.PrecisionRecall
            ? _result with
            {
                Precision = _manifolds.Precision,
                Recall = _manifolds.Recall,
                Errors = _result.Errors with { Precision = Spread.OfShare(_manifolds.Precision, n), Recall = Spread.OfShare(_manifolds.Recall, m) },
            }
            : _result with
            {
                Density = _manifolds.Density,
                Coverage = _manifolds.Coverage,
                Errors = _result.Errors with { Density = _manifolds.DensityError, Coverage = Spread.OfShare(_manifolds.Coverage, m) },
            };
        return null;
    }

    private ManifoldResult? _manifolds;

    private string? Classes()
    {
        if (samples.Parts.Probabilities.Rows is not { } probabilities) return "there are no probabilities: the network tells none, or no sample is kept";
        if (ClassMapping.Of(samples.Description, (int)probabilities.shape[1]) is not { } classes)
            return $"the network tells {probabilities.shape[1]} classes and not the {samples.Description.Classes.Length} of the samples; name its classes in its manifest, or take a classifier of this data";
        var labels = samples.Parts.Labels.Rows?.data<long>().ToArray() ?? [-1];
        if (Array.Exists(labels, label => label < 0)) return "not every sample has a label";
        var result = ClassAccuracies.Of(probabilities, Array.ConvertAll(labels, label => (long)classes.Labels[label]), classes.Names, classes.Labels);
        var share = result.Sum(c => c.Correct) / (double)labels.Length;
        _result = _result with { ClassAccuracy = share, Classes = result, Errors = _result.Errors with { ClassAccuracy = Spread.OfShare(share, labels.Length) } };
        return null;
    }

    private string? Neighbours()
    {
        if (reference.Data.Features() is not { } data || samples.Features() is not { } features) return "no features are kept";
        var (ids, own, held) = (Ids(reference.Data), Ids(samples), reference.HeldOut(cancellation));
        NeighbourSpace Search(Tensor x, Tensor y, double[]? distances, double unit) => NeighbourSearch.Search(x, ids, y, own, distances, options.ClosestPairs, unit, cancellation);
        var pixels = reference.Data.Parts.Pixels.Rows is { } images && samples.Parts.Pixels.Rows is { } small && images.shape[1] == small.shape[1]
            ? Search(images, small, held.Pixels, 1 / Math.Sqrt(images.shape[1]))
            : null;
        _result = _result with { Neighbours = new NeighbourReport { Features = Search(data, features, held.Features, 1), Pixels = pixels } };
        return null;
    }

    private string? Bands()
    {
        using var against = reference.Data.Parts.EnergyMoments();
        using var of = samples.Parts.EnergyMoments();
        if (against is null || of is null) return "the reference or the samples have no energies; gather both with the same figures";
        var (own, others) = (samples.Description, reference.Data.Description);
        if (!own.ImageSize.SequenceEqual(others.ImageSize)) return $"the samples have {string.Join("x", own.ImageSize)} pixels, the data {string.Join("x", others.ImageSize)}; fit the data to the samples' size";
        if (own.Factorization != others.Factorization) return "the data was split by another factorization; gather it anew";
        _result = _result with { Bands = samples.Bands().Compare(against, of) };
        return null;
    }

    private static long[] Ids(EvaluationSet set) => set.Ids() is { Length: > 0 } ids ? ids : [.. Enumerable.Range(0, set.Kept).Select(i => (long)i)];
}

using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Improved precision and recall (Kynkäänniemi et al. 2019) and density and coverage (Naeem et al. 2020), from one pass over the distances of all pairs, in the memory of one
/// block of them. A ball's rim belongs to it for precision and recall and not for density and coverage, as in the authors' programs.
/// </summary>
public sealed class ManifoldMetrics : IDisposable
{
    private readonly Tensor _features;
    private readonly Tensor _centre;
    private readonly Tensor[] _radii;                                                         // of precision, of coverage: (M)
    private readonly int _precisionNeighbours, _coverageNeighbours;

    /// <summary>Measures the balls of the data, which takes the distances of all its pairs.</summary>
    /// <param name="reference">Features of the data, (M, D); their memory is shared, not copied.</param>
    /// <param name="precisionNeighbours">k of precision and recall.</param>
    /// <param name="coverageNeighbours">k of density and coverage.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <exception cref="ArgumentException">There are not more images than neighbours.</exception>
    public ManifoldMetrics(Tensor reference, int precisionNeighbours = 3, int coverageNeighbours = 5, CancellationToken cancellation = default)
    {
        ShapeGuard.Require(reference, "reference", -1, -1);
        using var noGrad = no_grad();
        (_features, _precisionNeighbours, _coverageNeighbours) = (reference.alias().DetachFromDisposeScope(), precisionNeighbours, coverageNeighbours);
        _centre = DistanceBlocks.Centre(reference).DetachFromDisposeScope();
        try
        {
            _radii = [.. NeighbourRadii.Squared(reference, [precisionNeighbours, coverageNeighbours], _centre, cancellation).Select(radii => radii.DetachFromDisposeScope())];
        }
        catch
        {
            _features.Dispose();
            _centre.Dispose();
            throw;
        }
    }

    /// <summary>Measures samples.</summary>
    /// <param name="samples">Features, (N, D), on the data's device.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <exception cref="ArgumentException">There are not more samples than neighbours, or they are of another width.</exception>
    public ManifoldResult Of(Tensor samples, CancellationToken cancellation = default)
    {
        ShapeGuard.Require(samples, "samples", -1, _features.shape[1]);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (n, m, device) = (samples.shape[0], _features.shape[0], samples.device);
        var sampleRadii = NeighbourRadii.Squared(samples, [_precisionNeighbours], _centre, cancellation)[0].unsqueeze(1);       // (N, 1)
        var inside = zeros([n], ScalarType.Bool, device);                                     // samples in a ball of the data
        var reached = zeros([m], ScalarType.Bool, device);                                    // data in a ball of the samples
        var balls = zeros([n], ScalarType.Int64, device);                                     // balls of the data that a sample is in
        var covered = zeros([m], ScalarType.Bool, device);                                    // data with a sample in its ball
        DistanceBlocks.Visit(
            samples, _features, _centre,
            (row, column, squared) =>
            {
                var (rows, columns) = (squared.shape[0], squared.shape[1]);
                Join(inside, row, squared.le(_radii[0].narrow(0, column, columns)).any(1));
                Join(reached, column, squared.le(sampleRadii.narrow(0, row, rows)).any(0));
                var within = squared.lt(_radii[1].narrow(0, column, columns));                // (rows, columns)
                balls.narrow(0, row, rows).AddInPlace(within.sum(1));
                Join(covered, column, within.any(0));
            },
            cancellation);
        var density = balls.to(ScalarType.Float64).Times(1.0 / _coverageNeighbours);
        return new ManifoldResult(
            Share(inside), Share(reached), density.mean().item<double>(), Share(covered), n > 1 ? density.std().item<double>() / Math.Sqrt(n) : 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _features.Dispose();
        _centre.Dispose();
        foreach (var radii in _radii) radii.Dispose();
    }

    private static void Join(Tensor all, long first, Tensor some)
    {
        var part = all.narrow(0, first, some.shape[0]);
        part.logical_or_(some);
    }

    private static double Share(Tensor truths) => truths.to(ScalarType.Float64).mean().item<double>();
}

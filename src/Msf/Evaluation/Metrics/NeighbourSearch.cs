using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Compares the distances of samples to their nearest images of the data with those of held-out data.</summary>
internal static class NeighbourSearch
{
    /// <summary>Searches one space.</summary>
    /// <param name="data">The data, (M, D).</param>
    /// <param name="dataIds">Numbers of its images.</param>
    /// <param name="samples">(N, D).</param>
    /// <param name="sampleIds">Numbers of the samples.</param>
    /// <param name="heldOut">Distances of held-out images, not multiplied yet; null where there are none.</param>
    /// <param name="pairs">Closest pairs that are listed.</param>
    /// <param name="unit">What all distances are multiplied by.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public static NeighbourSpace Search(
        Tensor data, long[] dataIds, Tensor samples, long[] sampleIds, double[]? heldOut, int pairs, double unit, CancellationToken cancellation)
    {
        var (places, distances) = NearestImages.Of(samples, data, cancellation: cancellation);
        for (var i = 0; i < distances.Length; i++) distances[i] *= unit;
        var closest = Enumerable.Range(0, distances.Length).OrderBy(i => distances[i]).Take(pairs)
            .Select(i => new NeighbourPair(sampleIds[i], dataIds[places[i]], distances[i])).ToArray();
        var held = heldOut is null ? null : DistanceSummary.Of(Array.ConvertAll(heldOut, distance => unit * distance));
        return new NeighbourSpace
        {
            HeldOut = held,
            CloserThanHeldOut = held is null ? null : distances.Count(distance => distance < held.FirstPercent) / (double)distances.Length,
            Closest = closest,
            Samples = DistanceSummary.Of(distances),
        };
    }
}

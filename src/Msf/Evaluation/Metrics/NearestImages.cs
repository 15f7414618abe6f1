using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>The nearest row of one set for every row of another, by Euclidean distance.</summary>
internal static class NearestImages
{
    /// <summary>Finds them in float32, and measures the distances found in float64.</summary>
    /// <param name="x">(N, D), any type.</param>
    /// <param name="data">(M, D), where neighbours are looked for.</param>
    /// <param name="groups">Groups of the data's rows, (M), int64, where x are the first of them: none is compared with those of its own group. Null compares all.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <returns>For every row of x the place of its neighbour and its distance, infinite where there is none.</returns>
    public static (long[] Places, double[] Distances) Of(Tensor x, Tensor data, Tensor? groups = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var centre = DistanceBlocks.Centre(data);
        var best = HeldScalar.Constant([x.shape[0]], double.PositiveInfinity, ScalarType.Float32, x.device);
        var places = zeros([x.shape[0]], ScalarType.Int64, x.device);
        DistanceBlocks.Visit(
            x, data, centre,
            (row, column, squared) =>
            {
                var (near, at) = (groups is null ? squared : Apart(squared, groups, row, column)).min(1);
                var (known, place) = (best.narrow(0, row, near.shape[0]), places.narrow(0, row, near.shape[0]));
                place.copy_(where(near.lt(known), at.Plus(column), place));
                known.copy_(near.minimum(known));
            },
            cancellation);
        var distances = new double[x.shape[0]];
        var infinity = tensor(double.PositiveInfinity, device: x.device);
        for (long row = 0; row < x.shape[0]; row += DistanceBlocks.Side)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(DistanceBlocks.Side, x.shape[0] - row);
            var neighbours = data.index_select(0, places.narrow(0, row, rows)).to(ScalarType.Float64);
            var measured = x.narrow(0, row, rows).to(ScalarType.Float64).sub(neighbours).Squared().sum(1).sqrt();
            where(best.narrow(0, row, rows).isinf(), infinity, measured).cpu().data<double>().ToArray().CopyTo(distances, row);
        }
        return (places.cpu().data<long>().ToArray(), distances);
    }

    // With infinity for pairs of one group.
    private static Tensor Apart(Tensor squared, Tensor groups, long row, long column)
    {
        var own = groups.narrow(0, row, squared.shape[0]).unsqueeze(1).eq(groups.narrow(0, column, squared.shape[1]));
        return where(own, tensor(float.PositiveInfinity, device: squared.device), squared);
    }
}

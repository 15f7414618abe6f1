using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Asks whether samples are nearer to the data than images are that were not trained on. Without held-out images the data's own stand for them, each compared with all others: what a
/// model has learned from is then left out of the comparison one by one.
/// </summary>
internal sealed class MemorisationCheck
{
    private const int MostRows = 5000;

    private MemorisationCheck(MemorisationReport report, NeighbourPair[] features, NeighbourPair[] pixels, double[] others, double[] otherPixels) =>
        (Report, Features, Pixels, Others, OtherPixels) = (report, features, pixels, others, otherPixels);

    /// <summary>The figures.</summary>
    public MemorisationReport Report { get; }

    /// <summary>Samples and their neighbours in features, in the order of the samples; at most 5,000.</summary>
    public NeighbourPair[] Features { get; }

    /// <summary>The same in pixels; empty where they cannot be compared.</summary>
    public NeighbourPair[] Pixels { get; }

    /// <summary>Distances in features of what they are compared with.</summary>
    public double[] Others { get; }

    /// <summary>The same in pixels.</summary>
    public double[] OtherPixels { get; }

    /// <summary>Measures; null where features are not kept of both sets, or of too few images.</summary>
    /// <param name="data">The data.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="heldOut">Images that the model was not trained on; null for none.</param>
    /// <param name="group">Group of an image of the data, by its place: without held-out images none is compared with those of its own. Null makes each a group.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public static MemorisationCheck? Of(EvaluationSet data, EvaluationSet samples, EvaluationSet? heldOut, Func<long, string>? group, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (data.Features() is not { } images || samples.Features() is not { } features || images.shape[0] < 2) return null;
        var (dataIds, sampleIds) = (data.Ids(), samples.Ids());
        if (dataIds.Length == 0 || sampleIds.Length == 0) return null;
        var groups = Groups(dataIds, group);
        var near = Nearest(features, images, sampleIds, dataIds, 1, cancellation);
        var others = heldOut?.Features() is { } held ? Distances(held, images, null, 1, cancellation) : Distances(images, images, groups, 1, cancellation);
        var (small, pixels) = (data.Parts.Pixels.Rows, samples.Parts.Pixels.Rows);
        var comparable = small is not null && pixels is not null && small.shape[1] == pixels.shape[1];
        var unit = comparable ? 1 / Math.Sqrt(small!.shape[1]) : 0;
        var nearPixels = comparable ? Nearest(pixels!, small!, sampleIds, dataIds, unit, cancellation) : [];
        var otherPixels = !comparable ? [] : heldOut?.Parts.Pixels.Rows is { } rows ? Distances(rows, small!, null, unit, cancellation) : Distances(small!, small!, groups, unit, cancellation);
        var report = new MemorisationReport
        {
            ComparedWith = heldOut is null ? group is null ? "the data's images, each against all others" : "the data's images, each against all others but its own versions" : $"held-out images, {heldOut.Description.Source}",
            Features = Space(near, others),
            Pixels = comparable ? Space(nearPixels, otherPixels) : null,
        };
        return new MemorisationCheck(report, near, nearPixels, others, otherPixels);
    }

    private static MemorisationSpace Space(NeighbourPair[] near, double[] others)
    {
        var summary = DistanceSummary.Of([.. others]);
        double Share(double limit) => near.Count(pair => pair.Distance < limit) / (double)near.Length;
        return new MemorisationSpace(DistanceSummary.Of([.. near.Select(pair => pair.Distance)]), summary, Share(summary.FirstPercent), Share(summary.Median));
    }

    private static NeighbourPair[] Nearest(Tensor x, Tensor data, long[] ids, long[] dataIds, double unit, CancellationToken cancellation)
    {
        var (places, distances) = NearestImages.Of(First(x), data, cancellation: cancellation);
        return [.. places.Select((place, i) => new NeighbourPair(ids[i], dataIds[place], unit * distances[i]))];
    }

    private static double[] Distances(Tensor x, Tensor data, Tensor? groups, double unit, CancellationToken cancellation) =>
        [.. NearestImages.Of(First(x), data, groups, cancellation).Distances.Select(distance => unit * distance)];

    // A number for every group, (N), int64.
    private static Tensor Groups(long[] places, Func<long, string>? group)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var numbers = new long[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            if (group is null) numbers[i] = i;
            else if (!known.TryGetValue(group(places[i]), out numbers[i])) known.Add(group(places[i]), numbers[i] = known.Count);
        }
        return tensor(numbers, device: CPU);
    }

    private static Tensor First(Tensor x) => x.narrow(0, 0, Math.Min(MostRows, x.shape[0]));
}

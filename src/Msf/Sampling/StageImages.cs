using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>The images that a stage generates: those of the request, or, where several share a base, its bases.</summary>
/// <param name="Labels">Class of each, (b), int64.</param>
/// <param name="Indices">Index of each, which fixes its noise.</param>
/// <param name="Rows">Of every image of the request its place among these, (B), int64; null where they are the same.</param>
internal sealed record StageImages(Tensor Labels, long[] Indices, Tensor? Rows)
{
    /// <summary>Those of a stage, in the caller's dispose scope.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stage">Number of the stage.</param>
    /// <param name="device">Where labels shall be.</param>
    internal static StageImages Of(SamplingRequest request, int stage, Device device)
    {
        Tensor Integers(IEnumerable<long> values) => tensor([.. values], ScalarType.Int64).to(device);
        var labels = request.Labels.Select(label => (long)label);
        if (stage > 0 || request.BaseIndices is not { } bases) return new StageImages(Integers(labels), [.. request.ImageIndices], null);
        if (request.Source is not null) return new StageImages(Integers(labels), [.. bases], null);
        var wanted = labels.Zip(bases).ToArray();
        var distinct = wanted.Distinct().ToArray();
        var places = distinct.Select((image, place) => (image, place)).ToDictionary(pair => pair.image, pair => (long)pair.place);
        return new StageImages(
            Integers(distinct.Select(image => image.First)), [.. distinct.Select(image => image.Second)],
            distinct.Length == wanted.Length ? null : Integers(wanted.Select(image => places[image])));
    }

    /// <summary>What was generated, for every image of the request.</summary>
    /// <param name="generated">(b, ...).</param>
    /// <returns>(B, ...), owned by the caller's dispose scope.</returns>
    internal Tensor ForRequest(Tensor generated) => Rows is null ? generated.alias() : generated.index_select(0, Rows);
}

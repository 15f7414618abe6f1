using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>The images that a stage generates: those of the request, or, where several share a base, its bases.</summary>
/// <param name="Labels">Class of each, (b), int64.</param>
/// <param name="Seeds">Seed of each, or one for all.</param>
/// <param name="Indices">Index of each, which with the seed fixes its noise.</param>
/// <param name="Rows">Of every image of the request its place among these, (B), int64; null where they are the same.</param>
internal sealed record StageImages(Tensor Labels, long[] Seeds, long[] Indices, Tensor? Rows)
{
    /// <summary>Those of a stage, in the caller's dispose scope.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stage">Number of the stage.</param>
    /// <param name="device">Where labels shall be.</param>
    internal static StageImages Of(SamplingRequest request, int stage, Device device)
    {
        Tensor Integers(IEnumerable<long> values) => tensor([.. values], ScalarType.Int64).to(device);
        var labels = request.Labels.Select(label => (long)label);
        long[] seeds = request.Seeds is { } own ? [.. own] : [request.Seed];
        if (stage > 0 || request.BaseIndices is not { } bases) return new StageImages(Integers(labels), seeds, [.. request.ImageIndices], null);
        if (request.Source is not null) return new StageImages(Integers(labels), seeds, [.. bases], null);
        var wanted = labels.Select((label, i) => (Label: label, Seed: seeds[seeds.Length == 1 ? 0 : i], Index: bases[i])).ToArray();
        var distinct = wanted.Distinct().ToArray();
        var places = distinct.Select((image, place) => (image, place)).ToDictionary(pair => pair.image, pair => (long)pair.place);
        return new StageImages(
            Integers(distinct.Select(image => image.Label)), [.. distinct.Select(image => image.Seed)], [.. distinct.Select(image => image.Index)],
            distinct.Length == wanted.Length ? null : Integers(wanted.Select(image => places[image])));
    }

    /// <summary>Normal noise for them, each a function of its seed, its index and the stream.</summary>
    /// <param name="stream">What it is for.</param>
    /// <param name="shape">Of one image's noise.</param>
    /// <param name="device">Where the result shall be.</param>
    /// <returns>(b, ...), owned by the caller's dispose scope.</returns>
    internal Tensor Noise(ReadOnlySpan<long> stream, ReadOnlySpan<long> shape, Device device) => SeededNoise.Normal(Seeds, stream, Indices, shape, device);

    /// <summary>What was generated, for every image of the request.</summary>
    /// <param name="generated">(b, ...).</param>
    /// <returns>(B, ...), owned by the caller's dispose scope.</returns>
    internal Tensor ForRequest(Tensor generated) => Rows is null ? generated.alias() : generated.index_select(0, Rows);
}

namespace Msf.Sampling;

/// <summary>What to generate: a batch of images, each with a class and an index that fixes its noise.</summary>
public sealed record SamplingRequest
{
    /// <summary>Class of every image, 0 to K - 1, or K for the null class.</summary>
    public required IReadOnlyList<int> Labels { get; init; }

    /// <summary>Index of every image: with the seed it fixes the image, whatever the batch. As many as labels.</summary>
    public required IReadOnlyList<long> ImageIndices { get; init; }

    /// <summary>
    /// Index of every image's base, as many as labels: images of one class with the same index share a base, which is generated once, and differ in their residuals (variations of
    /// an image: the same index for all, that of the image). Null, the default, takes <see cref="ImageIndices"/>.
    /// </summary>
    public IReadOnlyList<long>? BaseIndices { get; init; }

    /// <summary>A picture to start from; null, the default, starts from noise.</summary>
    public SourceImage? Source { get; init; }

    /// <summary>Seed of all noise.</summary>
    public required long Seed { get; init; }

    /// <summary>Budgets and settings.</summary>
    public required SamplingConfig Sampling { get; init; }
}

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

    /// <summary>Seed of every image, as many as labels, for images that different people asked for; null, the default, takes <see cref="Seed"/> for all.</summary>
    public IReadOnlyList<long>? Seeds { get; init; }

    /// <summary>Budgets and settings.</summary>
    public required SamplingConfig Sampling { get; init; }

    /// <summary>
    /// Makes a solver of your own in place of <see cref="StageSamplingConfig.Solver"/>, which visits the times of the settings; null, the default, takes those of the settings. What it
    /// costs is not foretold.
    /// </summary>
    public SolverFactory? Solver { get; init; }

    /// <summary>
    /// Spatial size of the target, [height, width], in its own pixels (latent ones of a model of latents), for images of another size or shape than
    /// the model was trained at; null, the default, for that one. <see cref="Msf.Models.SizeRule"/> tells which work.
    /// </summary>
    public int[]? Size { get; init; }

    /// <summary>Whether the time grids are shifted by the number of tokens where <see cref="Size"/> is another; see <see cref="SizeShift"/>. Default true.</summary>
    public bool ShiftBySize { get; init; } = true;

    /// <summary>The request for some of its images.</summary>
    /// <param name="images">Their places in this one.</param>
    internal SamplingRequest Of(IReadOnlyList<int> images)
    {
        IReadOnlyList<T> Some<T>(IReadOnlyList<T> all) => [.. images.Select(image => all[image])];
        return this with
        {
            Labels = Some(Labels),
            ImageIndices = Some(ImageIndices),
            BaseIndices = BaseIndices is null ? null : Some(BaseIndices),
            Seeds = Seeds is null ? null : Some(Seeds),
        };
    }
}

namespace Msf.Data;

/// <summary>How <see cref="ImageBatches"/> orders, keeps and prepares images. None of it but seed, flips, augmentation and the tolerance for broken images changes what a batch holds.</summary>
public sealed record LoaderOptions
{
    /// <summary>Chooses order, flips and all other random changes.</summary>
    public long Seed { get; init; }

    /// <summary>Whether half of the images, chosen anew in each epoch, are mirrored left to right; default off.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Further changes of the images; default none.</summary>
    public AugmentationConfig Augmentation { get; init; } = new();

    /// <summary>Most bytes of decoded images to keep; default 2 GiB. A larger source is decoded again whenever its images are needed. With a random crop images are kept in their own size, as many as fit.</summary>
    public long MemoryBudget { get; init; } = 2L << 30;

    /// <summary>Threads that prepare the next batches in the background; 0, the default, prepares each batch when it is asked for.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Largest share of the images that may be broken, 0 to 1; default 0.01. One broken image is tolerated in a set of any size, unless this
    /// is 0. A broken image is replaced by the next good one in the order of the source.
    /// </summary>
    public double MaxBroken { get; init; } = 0.01;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MemoryBudget < 0) errors.Add($"the memory budget is {MemoryBudget} bytes, expected at least 0");
        if (Threads is < 0 or > MostThreads) errors.Add($"there are {Threads} loader threads, expected 0 to {MostThreads}");
        if (!(MaxBroken is >= 0 and <= 1)) errors.Add($"the largest share of broken images is {MaxBroken}, expected 0 to 1");
        errors.AddRange(Augmentation.Validate());
        return errors;
    }

    /// <summary>More threads than this are a mistake.</summary>
    public const int MostThreads = 256;
}

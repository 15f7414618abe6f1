using Msf.Data;

namespace Msf.Training;

/// <summary>What a run trains on.</summary>
public sealed record DataConfig
{
    /// <summary>Image source or latent cache (see <see cref="DataSets.Open"/>); null where it must come from the command line.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// Folder of an autoencoder, here or in the data folder: images are encoded by it as training needs them. A latent cache brings its own, and is refused where this is another.
    /// Default null: pixels, or the cache's.
    /// </summary>
    public string? Autoencoder { get; init; }

    /// <summary>Classes to keep, by name, in the order of their indices; null keeps all.</summary>
    public string[]? Classes { get; init; }

    /// <summary>
    /// Sizes for images of mixed aspect ratios, in pixels of the image; default null, all as squares of the model's size. Samples drawn while training have
    /// the model's size, which need not be among them. A latent cache has one size, and is refused.
    /// </summary>
    public BucketConfig? Buckets { get; init; }

    /// <summary>Mirror every second image at random; default off.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Further random changes of the images; default none.</summary>
    public AugmentationConfig Augmentation { get; init; } = new();

    /// <summary>Most bytes of decoded images kept in memory; default 2 GiB. A larger source is decoded again every epoch.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>Threads that decode and prepare the next batches while the last one is trained on; default 2. 0 prepares each when it is needed. No batch depends on it.</summary>
    public int LoaderThreads { get; init; } = 2;

    /// <summary>
    /// Largest share of the images that may be broken; default 0.01. Each is replaced by the next good one of the source, and named in the run
    /// folder's broken.txt; one is tolerated in a set of any size. More end the run, since then the set is damaged, not an image; 0 tolerates none.
    /// </summary>
    public double MaxBroken { get; init; } = 0.01;

    /// <summary>The source's name as a model tells it: the folders of the machine that trained are nobody's business.</summary>
    internal string PublicName => Source switch
    {
        null => "unknown",
        var path when Path.IsPathRooted(path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path)),
        var name => name,
    };

    /// <summary>What the loader is to do.</summary>
    /// <param name="seed">The run's seed.</param>
    public LoaderOptions Loader(long seed) => new()
    {
        Seed = seed,
        HorizontalFlip = HorizontalFlip,
        Augmentation = Augmentation,
        MemoryBudget = CacheBytes,
        Threads = LoaderThreads,
        MaxBroken = MaxBroken,
    };

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="classes">Number of classes of the model.</param>
    public IReadOnlyList<string> Validate(int classes)
    {
        var errors = new List<string>();
        if (Autoencoder is not null && string.IsNullOrWhiteSpace(Autoencoder)) errors.Add("autoencoder is empty; give the folder of one, or leave it out");
        if (Classes is not null && Classes.Length != classes)
            errors.Add($"classes names {Classes.Length} classes, the model has {classes}; name as many, or set model.classes");
        if (Classes is not null && Classes.Distinct(StringComparer.Ordinal).Count() != Classes.Length)
            errors.Add($"classes names a class twice ({string.Join(", ", Classes)})");
        if (LoaderThreads is < 0 or > LoaderOptions.MostThreads) errors.Add($"loaderThreads is {LoaderThreads}, expected 0 to {LoaderOptions.MostThreads}");
        if (!(MaxBroken is >= 0 and <= 1)) errors.Add($"maxBroken is {MaxBroken}, expected a share of the images, 0 to 1");
        if (CacheBytes < 0) errors.Add($"cacheBytes is {CacheBytes}, expected at least 0");
        if (HorizontalFlip && Augmentation.NonLeaky is { HorizontalFlip: true })
            errors.Add("horizontalFlip and augmentation.nonLeaky.horizontalFlip both mirror, and the network would be told of one only; switch one of them off");
        errors.AddRange(Buckets?.Validate().Select(error => $"buckets: {error}") ?? []);
        if (Buckets is not null && (Augmentation.RandomResizedCrop is not null || Augmentation.NonLeaky is not null))
            errors.Add("buckets keep the shapes of images, augmentation.randomResizedCrop and augmentation.nonLeaky make squares; leave out the one or the other");
        errors.AddRange(Augmentation.Validate().Select(error => $"augmentation: {error}"));
        return errors;
    }
}

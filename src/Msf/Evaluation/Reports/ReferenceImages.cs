using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Evaluation;

/// <summary>What samples are compared with: images of the data, images of an archive, or an archive of statistics.</summary>
internal sealed class ReferenceImages : IDisposable
{
    /// <summary>How images of a data set come to the size of the samples.</summary>
    public const string Fitted = "fitted to the samples' size as for training: area means, antialiased bicubic, centre crop; rounded to 8 bits";

    private readonly string? _statistics;
    private readonly IImageSet? _images;

    /// <summary>Opens it.</summary>
    /// <param name="options">Names it.</param>
    /// <param name="data">The data; null where there is none.</param>
    /// <param name="imageSize">Side of the samples in pixels.</param>
    /// <param name="broken">Told of every broken image of the data once.</param>
    /// <exception cref="FileNotFoundException">There is no such reference.</exception>
    /// <exception cref="InvalidDataException">It is no archive of statistics or of images.</exception>
    public ReferenceImages(EvaluationRunOptions options, IImageSource? data, int imageSize, Action<BrokenImage>? broken)
    {
        if (options.Reference is null) _images = new SourceImages(data!, imageSize, options.ReferenceImages, options.Seed, broken);
        else if (Kind(options.Reference) == "arr_0") _images = new ArchiveImages(options.Reference, options.ReferenceImages);
        else _statistics = options.Reference;
    }

    /// <summary>Number of the images; null where there are none.</summary>
    public int? Count => _images?.Count;

    /// <summary>One of the images; null where there are none.</summary>
    /// <param name="place">Its place.</param>
    public RgbImage? Read(long place) => _images?.Read([(int)place], CancellationToken.None).ToImages()[0];

    /// <summary>What one of the images is called.</summary>
    /// <param name="place">Its place.</param>
    public string NameAt(long place) => _images is SourceImages source ? source.NameAt((int)place) : FormattableString.Invariant($"image {place}");

    /// <summary>Places of the first images of a class; empty where nobody told classes.</summary>
    /// <param name="name">Name of the class.</param>
    /// <param name="count">Most.</param>
    public IEnumerable<int> OfClass(string name, int count)
    {
        if (_images?.Labels is not { } labels || _images.ClassNames.ToList().IndexOf(name) is not (>= 0 and var label)) return [];
        int[] all = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] == label)];
        var shown = Math.Min(count, all.Length);
        return Enumerable.Range(0, shown).Select(i => all[(long)i * all.Length / shown]);
    }

    /// <summary>Gathers it, or reads what was gathered elsewhere.</summary>
    /// <exception cref="InvalidDataException">That is of another network.</exception>
    public GatheredImages Gather(ImageGatherer gatherer, string name, IFeatureNetwork network, IProgress<GatherProgress>? progress, CancellationToken cancellation)
    {
        if (_images is not null) return gatherer.Gather(name, _images, _images.ClassNames, keepsPixels: false, progress, cancellation);
        var set = EvaluationSet.Read(_statistics!);
        if (set.Parts.Width != network.Width || (set.Description.NetworkDigest is { } digest && digest != network.Digest))
        {
            set.Dispose();
            throw new InvalidDataException($"{_statistics} holds {set.Parts.Width} features of {set.Description.Network ?? "some network"}, {network.Name} gives {network.Width}; take both from the same network.");
        }
        return new GatheredImages(set, new GatherState((int)set.Count, FileDigest.Sha256(_statistics!), 0));
    }

    /// <summary>What the report says of it.</summary>
    public ImagesInReport InReport(GatheredImages gathered) => _statistics is { } file
        ? new ImagesInReport(
            gathered.Set.Description.Source is { Length: > 0 } source ? $"{Path.GetFileName(file)} ({source})" : Path.GetFileName(file), gathered.Set.Count > 0 ? gathered.Set.Count : null, gathered.State.Digest,
            gathered.Set.Description.ImageSize is { Length: 2 } size ? size : null, gathered.Set.Description.Resizing is null ? "unknown" : Fitted)
        : EvaluationRun.InReport(gathered, _images is SourceImages ? Fitted : "as they are");

    /// <inheritdoc/>
    public void Dispose() => _images?.Dispose();

    private static string Kind(string path)
    {
        using var archive = NpzArchive.Open(path);
        foreach (var name in new[] { "mu", "arr_0" })
            if (archive.Names.Contains(name)) return name;
        throw new InvalidDataException($"{path} holds neither statistics (mu, sigma) nor images (arr_0); give one that msf evaluate --save-reference wrote, or one of ADM's.");
    }
}

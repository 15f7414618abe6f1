using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// What an evaluation knows of a set of images, data or samples, gathered batch by batch in bounded memory: mean and covariance of features (and of spatial features) and the
/// energies of bands, of all images; features, probabilities, labels and small pixels of at most <see cref="EvaluationOptions.Keep"/>. It can be written at any time, read, and
/// gone on with. One thread at a time.
/// </summary>
public sealed class EvaluationSet : IDisposable
{
    private readonly IFeatureNetwork? _network;
    private readonly EvaluationOptions _options;
    private readonly Reservoir _reservoir;
    private readonly SetParts _parts;
    private ImageBands? _bands;

    /// <summary>Begins with no image.</summary>
    /// <param name="network">The features; owned by the caller, used by <see cref="Add"/> alone.</param>
    /// <param name="options">What is to be measured decides what is gathered.</param>
    /// <param name="source">What the images are, for reports.</param>
    /// <param name="classes">Names of the classes that labels count; null where there are no labels.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public EvaluationSet(IFeatureNetwork network, EvaluationOptions options, string source = "", IReadOnlyList<string>? classes = null)
        : this(network, options, new SetParts(options.Keep), new SetDescription
        {
            Source = source,
            Network = network.Name,
            NetworkDigest = network.Digest,
            Resizing = network.Resizing,
            NetworkClasses = [.. network.ClassNames],
            Classes = [.. classes ?? []],
            Factorization = options.Factorization,
            Keep = options.Keep,
            Seed = options.Seed,
        })
    {
    }

    private EvaluationSet(IFeatureNetwork? network, EvaluationOptions options, SetParts parts, SetDescription description)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        (_network, _options, _parts, Description) = (network, options, parts, description);
        _reservoir = new Reservoir(description.Keep, description.Seed);
        _reservoir.Skip(parts.Count);
    }

    /// <summary>What it is.</summary>
    public SetDescription Description { get; private set; }

    /// <summary>Images added; 0 where it was read from a file that does not tell, as ADM's.</summary>
    public long Count => _parts.Count;

    /// <summary>Images of which features are kept.</summary>
    public int Kept => (int)(_parts.Features.Rows?.shape[0] ?? 0);

    /// <summary>What was gathered.</summary>
    internal SetParts Parts => _parts;

    /// <summary>Adds a batch of images, rounded to 8 bits as files would hold them.</summary>
    /// <param name="images">(B, 3, H, W), all of one size, in [-1, 1]; values outside are clamped. Or uint8, 0 to 255.</param>
    /// <param name="labels">Classes of the images, counted as <see cref="SetDescription.Classes"/>; empty where they have none.</param>
    /// <param name="ids">Numbers by which <see cref="NeighbourPair"/> names them; empty for the numbers of their places in the stream.</param>
    /// <exception cref="ArgumentException">Sizes or numbers do not fit.</exception>
    /// <exception cref="InvalidDataException">The network gives nonsense.</exception>
    /// <exception cref="InvalidOperationException">The set was read without a network, or does not tell how many images it is of.</exception>
    public void Add(Tensor images, ReadOnlySpan<int> labels = default, ReadOnlySpan<long> ids = default)
    {
        if (_network is null || _parts.Given is not null) throw new InvalidOperationException("this set was read to compare with; images cannot be added to it.");
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        var count = images.shape[0];
        if (count == 0) return;
        if ((labels.Length > 0 && labels.Length != count) || (ids.Length > 0 && ids.Length != count))
            throw new ArgumentException($"{count} images came with {labels.Length} labels and {ids.Length} numbers; expected one each, or none.", nameof(labels));
        foreach (var label in labels)
            if (label < 0 || label >= Description.Classes.Length)
                throw new ArgumentException($"label {label} is none of the {Description.Classes.Length} classes.", nameof(labels));
        RequireSize((int)images.shape[2], (int)images.shape[3]);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var levels = images.dtype == ScalarType.Byte ? images : ImageTensors.ToLevels(images);
        var batch = _network.Extract(levels, Wants(MetricKind.InceptionScore, MetricKind.ClassAccuracy), Wants(MetricKind.SpatialFrechet));
        var energies = Wants(MetricKind.Bands) ? Bands().Energies(levels.to(ScalarType.Float32).Times(1 / 127.5).Plus(-1)) : null;
        var first = _reservoir.Seen;
        _parts.AddMoments(batch.Features, batch.Spatial, energies);
        var (rows, places) = _reservoir.Take(count);
        if (rows.Length == 0) return;
        long[] numbers = ids.Length > 0 ? ids.ToArray() : [.. Enumerable.Range(0, (int)count).Select(i => first + i)];
        long[] classes = labels.Length > 0 ? [.. labels.ToArray().Select(label => (long)label)] : [.. Enumerable.Repeat(-1L, (int)count)];
        var pixels = Wants(MetricKind.Neighbours) ? SmallPixels.Of(levels, _options.PixelSide) : null;
        _parts.Keep(batch.Features, batch.Probabilities, pixels, classes, numbers, rows, places);
    }

    /// <summary>Mean and covariance of the features.</summary>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="InvalidOperationException">Fewer than two images were added.</exception>
    public FeatureMoments Moments() => _parts.Moments();

    /// <summary>Features of the kept images.</summary>
    /// <returns>(K, D), float32, on the CPU, owned by the caller's dispose scope and good until the next <see cref="Add"/>; null where none are kept.</returns>
    public Tensor? Features() => _parts.Features.Rows;

    /// <summary>Numbers of the kept images, in the order of <see cref="Features"/>.</summary>
    public long[] Ids() => _parts.Ids.Rows is { } ids ? ids.data<long>().ToArray() : [];

    /// <summary>Writes the set, complete or not at all: an archive whose <c>mu</c> and <c>sigma</c> (<c>mu_s</c>, <c>sigma_s</c>) ADM's evaluation and pytorch-fid read.</summary>
    /// <param name="path">The .npz file.</param>
    /// <exception cref="InvalidOperationException">Fewer than two images were added.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string path) => SetFile.Write(path, _parts, Description);

    /// <summary>Reads a set, or statistics of ADM's and pytorch-fid's, which know less.</summary>
    /// <param name="path">A .npz archive with <c>mu</c> and <c>sigma</c>.</param>
    /// <param name="network">The network, to add more images; null to compare with it only.</param>
    /// <param name="options">As it was gathered with; the defaults when null.</param>
    /// <returns>The set, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such archive, or of another network.</exception>
    public static EvaluationSet Read(string path, IFeatureNetwork? network = null, EvaluationOptions? options = null)
    {
        var (parts, description) = SetFile.Read(path, goOn: network is not null);
        try
        {
            if (network is not null && ((description.NetworkDigest is { } digest && digest != network.Digest) || parts.Width != network.Width))
                throw new InvalidDataException($"{path} holds features of {description.Network ?? $"a network of {parts.Width}"}, not of this {network.Name}; take both from the same network.");
            if (network is not null && (description.NetworkDigest is null || (parts.Features.Rows?.shape[0] ?? 0) != Math.Min(parts.Count, description.Keep)))
                throw new InvalidDataException($"{path} is no set that this program wrote, or not all of it; images cannot be added to it.");
            options ??= new EvaluationOptions { Factorization = description.Factorization, Keep = description.Keep, Seed = description.Seed };
            return new EvaluationSet(network, options, parts, description);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.Dispose();

    /// <summary>Splits energies of images of this size.</summary>
    internal ImageBands Bands() => _bands ??= new ImageBands(Description.Factorization, Description.ImageSize[0], Description.ImageSize[1]);

    private bool Wants(params ReadOnlySpan<MetricKind> metrics)
    {
        foreach (var metric in metrics)
            if (_options.Wants(metric)) return true;
        return false;
    }

    private void RequireSize(int height, int width)
    {
        if (Description.ImageSize.Length == 0) Description = Description with { ImageSize = [height, width] };
        else if (Description.ImageSize is not [var h, var w] || h != height || w != width)
            throw new ArgumentException($"an image of {width}x{height} pixels came after others of {Description.ImageSize[1]}x{Description.ImageSize[0]}; fit all to one size.", nameof(height));
    }
}

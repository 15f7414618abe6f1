using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What is judged, opened: a model that makes samples, or samples that are there.</summary>
internal sealed class JudgedSamples : IDisposable
{
    private readonly MsfModel? _model;
    private readonly IImageSet? _images;
    private readonly EvaluationRunOptions _options;

    private JudgedSamples(EvaluationRunOptions options, MsfModel? model, IImageSet? images, string digest) => (_options, _model, _images, Digest) = (options, model, images, digest);

    /// <summary>Samples that a model makes where nothing else is asked for.</summary>
    public const int UsualCount = 5000;

    /// <summary>SHA-256 of the model's weights, or of the samples' files.</summary>
    public string Digest { get; }

    /// <summary>Name shown to people.</summary>
    public string Name => _model?.Manifest.Model.Name ?? _images!.Name;

    /// <summary>The model; null where samples are there already.</summary>
    public ModelManifest? Manifest => _model?.Manifest;

    /// <summary>Settings of sampling; null where samples are there already.</summary>
    public SamplingConfig? Sampling => _model is null ? null : _options.Sampling ?? _model.Manifest.Sampling;

    /// <summary>What the report says of the model; null where samples are there already.</summary>
    public JudgedModel? Model => _model is null ? null : new JudgedModel(Name, Digest, _model.Precision.ToName(), _model.Manifest.Training?.ImagesPerStage);

    /// <summary>Number of samples that are asked for.</summary>
    public int Count => _model is null ? _images!.Count : _options.Count ?? UsualCount;

    /// <summary>Opens them.</summary>
    /// <exception cref="ArgumentException">There are fewer samples than asked for, or the model makes no images.</exception>
    public static JudgedSamples Open(EvaluationRunOptions options)
    {
        if (options.Model is { } folder)
        {
            var model = MsfModel.Load(folder, options.Device, options.Precision, options.Autoencoder, options.Guide);
            try
            {
                SampleEvaluator.RequireImages(model);
                return new JudgedSamples(options, model, null, ModelIdentity.Of(model, folder, options.Guide));
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        var path = options.Samples!;
        IImageSet images = Directory.Exists(path) || !path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            ? new FolderImages(path, options.Count ?? int.MaxValue)
            : new ArchiveImages(path, options.Count ?? int.MaxValue);
        try
        {
            if (images.Count < (options.Count ?? 2)) throw new ArgumentException($"{path} holds {images.Count} samples, {options.Count ?? 2} or more are needed; make more, or ask for fewer.", nameof(options));
            return new JudgedSamples(options, null, images, ModelIdentity.OfFiles(path));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Side of the images in pixels.</summary>
    /// <exception cref="ArgumentException">They are no squares, and data is fitted to squares only.</exception>
    public int ImageSize(CancellationToken cancellation)
    {
        if (_model is not null) return ModelData.ImageSize(_model);
        var first = _images!.Read([0], cancellation);
        return first.Width == first.Height
            ? first.Width
            : throw new ArgumentException($"{Name} has images of {first.Width} x {first.Height} pixels; data is fitted to squares only. Give square samples, or a --reference.");
    }

    /// <summary>Opens the data, its labels counted as the model's.</summary>
    public IImageSource OpenData(string source) => _model is not null ? ModelData.Open(_model.Manifest, source) : ImageSources.Open(source, _options.Classes);

    /// <summary>The samples as a set in a fixed order.</summary>
    /// <param name="data">The data, whose classes give the samples their shares; null gives all the same.</param>
    /// <returns>The set, which is disposed with this.</returns>
    public IImageSet Images(IImageSource? data)
    {
        if (_model is null) return _images!;
        long[] counts = data is null ? [.. Enumerable.Repeat(1L, _model.Manifest.Model.Classes)] : [.. data.Classes.Select(c => (long)c.Count)];
        return new ModelImages(_model, LabelSequence.Proportional(counts, Count), Sampling!, _options.Seed);
    }

    /// <summary>Names of the classes that the samples' labels count: those of the model, of the samples' folders, or of the data.</summary>
    public IReadOnlyList<string> ClassNames(IImageSource? data)
    {
        if (_model is not null) return _model.Manifest.ClassNames;
        if (_images!.Labels is not { } labels) return [];
        if (_images.ClassNames.Count > 0) return _images.ClassNames;
        var names = data?.Classes.Select(c => c.Name).ToArray() ?? [];
        return names.Length > labels.Max() ? names : [.. Enumerable.Range(0, labels.Max() + 1).Select(label => label.ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model?.Dispose();
        _images?.Dispose();
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Factorization;
using Msf.Runtime;
using Msf.Training;
using TorchSharp;

namespace Msf.Evaluation;

/// <summary>Evaluates a model's samples, or samples that are there, and writes the report: what <c>msf evaluate</c> does.</summary>
public sealed class EvaluationRun
{
    /// <summary>Name of the report for programs.</summary>
    public const string ReportName = "report.json";

    /// <summary>Name of the report for people.</summary>
    public const string PageName = "report.html";

    private const string DataName = "data", HeldOutName = "held-out", SamplesName = "samples";

    private readonly EvaluationRunOptions _options;
    private readonly EvaluationOptions _metrics;
    private readonly TimeProvider _clock;

    /// <summary>Prepares a run; nothing is read yet.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="clock">Tells when it was finished; the system's when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public EvaluationRun(EvaluationRunOptions options, TimeProvider? clock = null)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        (_options, _clock) = (options, clock ?? TimeProvider.System);
        _metrics = options.Metrics with { Seed = options.Seed };
    }

    /// <summary>Told what happens besides, in one line each.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Told of images of the data and of samples.</summary>
    public IProgress<GatherProgress>? Gathering { get; init; }

    /// <summary>Told before every figure.</summary>
    public IProgress<MetricProgress>? Measuring { get; init; }

    /// <summary>Gathers, measures and writes. What is gathered by a run that is stopped or killed is kept in <c>work</c> beside the report, and the next run of the same options goes on from it.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The report, and the files that were written.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or the work folder is of another evaluation.</exception>
    /// <exception cref="ArgumentException">Model, data, samples and features do not fit each other.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process evaluates there.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public (EvaluationReport Report, IReadOnlyList<string> Files) Run(CancellationToken cancellation = default)
    {
        using var judged = JudgedSamples.Open(_options);
        using var data = _options.Data is { } source ? judged.OpenData(source) : null;
        using var held = _options.HeldOut is { } other ? judged.OpenData(other) : null;
        using var network = FeatureNetworks.Open(_options.Features, _options.Device);
        var metrics = _metrics with { Factorization = judged.Manifest?.Model.Factorization ?? new FactorizationConfig() };
        var size = _options.Reference is null || held is not null ? judged.ImageSize(cancellation) : 0;
        using var images = new ReferenceImages(_options, data, size, Broken);
        if (images.Count is { } count) RequireSeveral(images, count);
        foreach (var folder in Folders()) Directory.CreateDirectory(folder);
        using var work = EvaluationWork.Open(_options.Out, Fingerprint(judged, data, held, network, metrics, size));
        var gatherer = new ImageGatherer(network, metrics, work, _options.BatchSize, _options.SaveEvery);

        using var reference = images.Gather(gatherer, DataName, network, Gathering, cancellation);
        using var heldImages = held is null ? null : new SourceImages(held, size, _options.ReferenceImages, _options.Seed, Broken);
        using var heldOut = heldImages is null ? null : gatherer.Gather(HeldOutName, heldImages, heldImages.ClassNames, keepsPixels: false, Gathering, cancellation);
        var samples = judged.Images(data);
        using var gathered = gatherer.Gather(SamplesName, samples, judged.ClassNames(data), _options.SaveSamples is not null, Gathering, cancellation);

        var clock = Stopwatch.StartNew();
        using var measure = new MetricReference(reference.Set, metrics, heldOut?.Set);
        var figures = measure.Measure(gathered.Set, Measuring, cancellation);
        var check = MemorisationCheck.Of(reference.Set, gathered.Set, heldOut?.Set, Groups(images), cancellation);
        var report = new EvaluationReport
        {
            Name = judged.Name,
            Model = judged.Model,
            Samples = InReport(gathered, judged.Model is null ? "as they are" : "as the model makes them, rounded to 8 bits"),
            Reference = images.InReport(reference),
            HeldOut = heldOut is null ? null : InReport(heldOut, ReferenceImages.Fitted),
            Features = new FeaturesInReport(network.Name, network.Digest, network.Width, network.Classes, network.Resizing, (network as ClassifierFeatures)?.Manifest.HeldOutAccuracy),
            Count = figures.Count,
            Seed = _options.Seed,
            Metrics = figures,
            Memorisation = check?.Report,
            Sampling = judged.Sampling,
            Options = metrics,
            BatchSize = _options.BatchSize,
            Command = _options.Command,
            Machine = Machine(),
            Finished = _clock.GetUtcNow(),
            Seconds = new EvaluationSeconds(Math.Round(gathered.State.Seconds, 1), Math.Round(reference.State.Seconds, 1), Math.Round(clock.Elapsed.TotalSeconds, 1)),
        };
        return (report, Write(report, new ReportPictures(samples, judged.ClassNames(data), images, check, cancellation), reference, work, gathered, samples.Labels));
    }

    private List<string> Write(EvaluationReport report, ReportPictures pictures, GatheredImages reference, EvaluationWork work, GatheredImages gathered, IReadOnlyList<int>? labels)
    {
        string[] names = [Path.Combine(_options.Out, ReportName), Path.Combine(_options.Out, PageName)];
        var files = new List<string>();
        if (_options.SaveReference is { } statistics)
        {
            reference.Set.Write(statistics);
            files.Add(statistics);
        }
        if (_options.SaveSamples is { } archive)
        {
            NpzFile.Write(archive, [.. work.Pixels()], gathered.State.Images, gathered.Set.Description.ImageSize, labels);
            files.Add(archive);
        }
        new ReportPage(report, pictures).Write(names[1]);
        report.Write(names[0]);                                                               // last: who sees it sees all
        if (_options.KeepWork) Note?.Invoke($"what was gathered stays in {Path.Combine(_options.Out, "work")}");
        else work.Delete();
        return [.. names, .. files];
    }

    // All that will be written to: what cannot be made is told before hours of samples.
    private IEnumerable<string> Folders() =>
        new[] { _options.SaveSamples, _options.SaveReference }.OfType<string>().Select(file => Path.GetDirectoryName(Path.GetFullPath(file))!).Prepend(_options.Out);

    private void RequireSeveral(ReferenceImages images, int count)
    {
        ModelData.RequireSeveral(_options.Reference ?? _options.Data!, count);
        if (Groups(images) is { } group && Enumerable.Range(1, count - 1).All(place => group(place) == group(0)))
            throw new ArgumentException($"--group puts all {count:N0} images into one group, and none is left to compare another with; give an expression whose match tells images apart, or leave it out.");
    }

    private Func<long, string>? Groups(ReferenceImages images)
    {
        if (_options.Group is null) return null;
        var groups = new NameGroups(_options.Group);
        return place => groups.Of(images.NameAt(place));
    }

    private void Broken(BrokenImage image) => Note?.Invoke($"{image.Name} is broken, its neighbour stands for it: {image.Why}");

    private EvaluationFingerprint Fingerprint(JudgedSamples judged, IImageSource? data, IImageSource? held, IFeatureNetwork network, EvaluationOptions metrics, int size) => new()
    {
        Judged = judged.Digest,
        Sampling = judged.Sampling,
        Count = judged.Count,
        Data = Describe(data) ?? "none",
        Reference = _options.Reference is { } file ? FileDigest.Sha256(file) : null,
        HeldOut = Describe(held),
        ReferenceImages = _options.ReferenceImages,
        ImageSize = size,
        Features = network.Digest,
        Metrics = metrics with { Seed = 0 },                                                  // it is told once
        Seed = _options.Seed,
        BatchSize = _options.BatchSize,
        KeepsSamples = _options.SaveSamples is not null,
        Environment = $"{RunEnvironment.CurrentProgram}, libtorch {Libtorch.Report.Version}, {torch.get_num_threads()} threads, {_options.Device?.ToString() ?? "cpu"}, {judged.Model?.Precision ?? "no model"}",
    };

    private EvaluationMachine Machine() => new(
        MachineName.Of(_options.Device ?? torch.CPU), (_options.Device ?? torch.CPU).ToString(), torch.get_num_threads(),
        $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}", RunEnvironment.CurrentProgram, Libtorch.Report.Version);

    private static string? Describe(IImageSource? source) =>
        source is null ? null : $"{source.Name}: {source.Count} images, {string.Join(", ", source.Classes.Select(c => $"{c.Name} {c.Count}"))}";

    /// <summary>What a report says of images that were looked at.</summary>
    internal static ImagesInReport InReport(GatheredImages gathered, string resizing) =>
        new(gathered.Set.Description.Source, gathered.State.Images, gathered.State.Digest, gathered.Set.Description.ImageSize, resizing);
}

using Msf.Checkpoints;
using Msf.Data;
using TorchSharp;

namespace Msf.Evaluation;

/// <summary>Searches the sampling settings of a model folder: what <c>msf tune</c> does, but for writing the choice into the model (<see cref="ModelFolder.WriteSampling"/>).</summary>
public sealed class TuningRun
{
    private const string ReferenceName = "reference.npz";
    private const double ReferenceShare = 0.3, Reserve = 0.02, LeastReserve = 0.5;
    private const int KeptFeatures = 2048;

    private readonly TuningRunOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _start;

    /// <summary>The clock runs from here.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="clock">Tells the time; the system's when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TuningRun(TuningRunOptions options, TimeProvider? clock = null)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        (_options, _clock) = (options, clock ?? TimeProvider.System);
        _start = _clock.GetTimestamp();
    }

    /// <summary>Told what happens besides measuring, in one line each.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Told of the images of the data.</summary>
    public IProgress<EvaluationProgress>? ReferenceProgress { get; init; }

    /// <summary>Told before every measurement.</summary>
    public IProgress<TuningProgress>? Progress { get; init; }

    private double Elapsed => _clock.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Loads, measures the data, searches, and writes the report where a folder is named.</summary>
    /// <param name="cancellation">Stops the search; what was measured by then is reported.</param>
    /// <returns>The report, and the files that were written.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or the folder holds another search.</exception>
    /// <exception cref="ArgumentException">Model, data and features do not fit each other.</exception>
    /// <exception cref="TimeoutException">The time was too short for one measurement.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before the first measurement.</exception>
    public (TuningReport Report, IReadOnlyList<string> Files) Run(CancellationToken cancellation = default)
    {
        using var model = MsfModel.Load(_options.Model, _options.Device, _options.Precision, _options.Autoencoder);
        using var source = ModelData.Open(model.Manifest, _options.Data);
        if (_options.Reference is null) ModelData.RequireSeveral(source.Name, source.Count);
        using var network = FeatureNetworks.Open(_options.Features, _options.Device);
        var identity = new TuningIdentity
        {
            Weights = [.. ModelFolder.WeightNames(model.Manifest.Model).Select(name => FileDigest.Sha256(Path.Combine(_options.Model, name)))],
            Autoencoder = model.Autoencoder?.Identity,
            Data = source.Name,
            ClassCounts = [.. source.Classes.Select(c => (long)c.Count)],
            Reference = _options.Reference is { } file ? FileDigest.Sha256(file) : null,
            Features = network.Digest,
            Precision = model.Precision.ToString(),
            Seed = _options.Seed,
        };
        if (_options.Out is not null) Directory.CreateDirectory(_options.Out);
        using var journal = _options.Out is null ? null : TuningJournal.Open(_options.Out, identity);
        if (journal is { Entries.Count: > 0 }) Note?.Invoke($"{journal.Entries.Count} measurements of {_options.Out} are taken over");
        var evaluator = new SampleEvaluator(network, _options.BatchSize);
        using var reference = Reference(evaluator, source, ModelData.ImageSize(model), cancellation);
        using var objective = new ModelObjective(model, evaluator, reference, identity.ClassCounts, _options.Seed);
        var result = Search(model.Manifest, objective, journal, cancellation);
        var report = Report(model.Manifest.Model.Name, identity, network.Name, reference.Moments.Count, result);
        return (report, _options.Out is null ? [] : report.Write(_options.Out));
    }

    private EvaluationReference Reference(SampleEvaluator evaluator, IImageSource source, int imageSize, CancellationToken cancellation)
    {
        var kept = _options.Out is null ? null : Path.Combine(_options.Out, ReferenceName);
        if (_options.Reference is { } file) return EvaluationReference.Read(file);
        if (kept is not null && File.Exists(kept))
        {
            var earlier = EvaluationReference.Read(kept);
            Note?.Invoke($"{earlier.Moments.Count} images of an earlier run stand for the data ({kept})");
            return earlier;
        }
        var wanted = Math.Min(source.Count, _options.ReferenceImages);
        using var summary = evaluator.OfSource(
            source, imageSize, wanted, _options.Seed, KeptFeatures, done => done < 2 || Elapsed < ReferenceShare * _options.Seconds, ReferenceProgress, cancellation);
        if (summary.Count < wanted) Note?.Invoke($"{summary.Count} images of {wanted} stand for the data: more would have taken more than {ReferenceShare:P0} of the time");
        var reference = EvaluationReference.Of(summary);
        if (kept is not null) reference.Write(kept);
        return reference;
    }

    private TuningResult Search(ModelManifest manifest, ModelObjective objective, Journal<TuningMeasurement>? journal, CancellationToken cancellation)
    {
        var left = _options.Seconds - Elapsed - Math.Max(LeastReserve, Reserve * _options.Seconds);
        if (left <= 0) throw new TimeoutException($"loading took {Elapsed:F1} of {_options.Seconds:F0} s, and nothing is left to measure in; give more time.");
        var options = new TuningOptions { Limit = TimeSpan.FromSeconds(left), Seed = _options.Seed, FirstCount = _options.FirstCount, MostCount = _options.MostCount };
        var search = new TuningSearch(objective, TuningSpace.Of(manifest, _options.Keep, _options.MostSteps), options, _clock)
        {
            Progress = Progress,
            Measured = measured => journal?.Add(measured),
        };
        return search.Run(journal?.Entries ?? [], cancellation);
    }

    private TuningReport Report(string model, TuningIdentity identity, string features, long? images, TuningResult result) => new()
    {
        Model = model,
        Identity = identity,
        Features = features,
        ReferenceImages = images,
        Seconds = _options.Seconds,
        Count = result.Count,
        Interrupted = result.Interrupted,
        Rule = _options.Within == 0 ? "the smallest distance" : $"the cheapest whose distance is within {_options.Within} % of the smallest",
        Own = result.Own is { } own ? TuningReport.Point.Of(own) : null,
        Picked = TuningReport.Point.Of(result.Pick(_options.Within)),
        Front = [.. result.Front.Select(TuningReport.Point.Of)],
        Measurements = [.. result.Measurements.Select(TuningReport.Point.Of)],
        Threads = torch.get_num_threads(),
    };
}

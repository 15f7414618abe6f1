using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Sampling;
using TorchSharp;

namespace Msf.Bench;

/// <summary>A model, the data it is judged by and what was measured.</summary>
internal sealed class QualityStudy : IDisposable
{
    private static readonly JsonSerializerOptions _json = new(JsonFormat.Indented) { IgnoreReadOnlyProperties = false };
    private readonly TorchScriptFeatures _network;
    private readonly EvaluationReference _reference;
    private readonly ModelObjective _objective;
    private readonly QualityOptions _options;

    public QualityStudy(string model, string data, string features, QualityOptions options)
    {
        _options = options;
        Model = MsfModel.Load(model);
        _network = TorchScriptFeatures.Load(features);
        var evaluator = new SampleEvaluator(_network, options.Batch);
        using var source = ModelData.Open(Model.Manifest, data);
        var size = ModelData.ImageSize(Model);
        var identity = $"{_network.Digest} {source.Name} {string.Join(",", source.Classes.Select(c => $"{c.Name}:{c.Count}"))} {size}";
        var file = Path.Combine(options.Out, $"reference-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16]}.npz");
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"features of {source.Count} images of {source.Name} at {size} px: {file}");
            using var summary = evaluator.OfSource(source, size, keep: 2048);
            using var made = EvaluationReference.Of(summary);
            made.Write(file);
        }
        _reference = EvaluationReference.Read(file);
        _objective = new ModelObjective(Model, evaluator, _reference, [.. source.Classes.Select(c => (long)c.Count)], options.Seed);
    }

    public MsfModel Model { get; }

    public List<(string Curve, int Steps, TuningMeasurement Measured)> Points { get; } = [];

    /// <summary>The model's own settings with the steps that curves hold fixed.</summary>
    public SamplingConfig Settings()
    {
        var own = Model.Manifest.Sampling;
        return _options.Fixed is not { } steps ? own : own with { Stages = [.. own.Stages.Select((stage, i) => stage with { Steps = steps[Math.Min(i, steps.Length - 1)] })] };
    }

    /// <summary>Measures a point and prints it.</summary>
    public TuningMeasurement Measure(string curve, int steps, SamplingConfig sampling)
    {
        var measured = _objective.Measure(sampling, _options.Count);
        _objective.Forget(sampling);
        Points.Add((curve, steps, measured));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{curve}\t{steps}\t{string.Join("+", sampling.Stages.Select(stage => stage.Steps))}\t{measured.Distance:F3}\t{measured.StandardError:F3}\t{1e3 * measured.KernelDistance:F3}\t{measured.MultiplyAdds / 1e9:F3}\t{1e3 * measured.SecondsPerImage:F2}"));
        return measured;
    }

    public static void PrintHead() => Console.WriteLine("curve\tsteps\tstage steps\tfrechet\terror\tkid x 1000\tG multiply-adds\tms an image");

    /// <summary>Writes all points with what it takes to get them again.</summary>
    public void Write(string name, string data) => WriteAll(name, data, [this]);

    public static void WriteAll(string name, string data, IReadOnlyList<QualityStudy> studies)
    {
        var first = studies[0];
        var report = new
        {
            data = Path.GetFileName(Path.TrimEndingDirectorySeparator(data)),
            features = first._network.Name,
            featuresDigest = first._network.Digest,
            referenceImages = first._reference.Moments.Count,
            first._options.Count,
            first._options.Seed,
            threads = torch.get_num_threads(),
            models = studies.Select(study => new
            {
                study.Model.Manifest.Model.Name,
                digest = study.Model.Manifest.Digest,
                precision = study.Model.Precision,
                points = study.Points.Select(point => new { point.Curve, point.Steps, point.Measured }),
            }),
        };
        var path = Path.Combine(first._options.Out, $"{name}.json");
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, report, _json));
        Console.Error.WriteLine(path);
    }

    public void Dispose()
    {
        _objective.Dispose();
        _reference.Dispose();
        _network.Dispose();
        Model.Dispose();
    }
}

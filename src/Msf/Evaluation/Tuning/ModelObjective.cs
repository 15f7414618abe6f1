using System.Diagnostics;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Measures sampling settings of a model. Image i has the same class and the same noise under all settings (common random numbers), so that their differences are less noisy than they are.
/// </summary>
public sealed class ModelObjective : ITuningObjective, IDisposable
{
    /// <summary>Fewest samples of a measurement.</summary>
    public const int LeastSamples = 2 * Groups;

    private const int Groups = 8;

    private readonly MsfModel _model;
    private readonly SampleEvaluator _evaluator;
    private readonly EvaluationReference _reference;
    private readonly IReadOnlyList<long> _classCounts;
    private readonly long _seed;
    private readonly Dictionary<string, Samples> _samples = new(StringComparer.Ordinal);

    /// <summary>Owns nothing that is given to it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="evaluator">Features and batch size.</param>
    /// <param name="reference">Of the same features.</param>
    /// <param name="classCounts">Images of every class in the data, whose shares the samples have.</param>
    /// <param name="seed">Seed of all samples.</param>
    /// <exception cref="ArgumentException">The reference is of other features, or there are not as many classes as the model has.</exception>
    public ModelObjective(MsfModel model, SampleEvaluator evaluator, EvaluationReference reference, IReadOnlyList<long> classCounts, long seed)
    {
        SampleEvaluator.RequireImages(model);
        if (reference.Moments.Width != evaluator.Network.Width)
            throw new ArgumentException($"the reference has {reference.Moments.Width} features, {evaluator.Network.Name} gives {evaluator.Network.Width}; take a reference of that network.", nameof(reference));
        if (classCounts.Count != model.Manifest.Model.Classes)
            throw new ArgumentException($"there are {classCounts.Count} classes of data, the model has {model.Manifest.Model.Classes}.", nameof(classCounts));
        (_model, _evaluator, _reference, _classCounts, _seed) = (model, evaluator, reference, classCounts, seed);
    }

    /// <summary>Told of images during a measurement.</summary>
    public IProgress<EvaluationProgress>? Progress { get; init; }

    /// <inheritdoc/>
    public long MultiplyAdds(SamplingConfig sampling) =>
        TransformerCost.PerImage(_model.Manifest.Model, [.. sampling.Stages.Select(stage => stage.Forwards(_model.Manifest.Diffusion.Path))]);

    /// <inheritdoc/>
    public TuningMeasurement Measure(SamplingConfig sampling, int count, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, LeastSamples);
        var key = Key(sampling);
        if (!_samples.TryGetValue(key, out var samples)) _samples.Add(key, samples = new Samples());
        Extend(samples, sampling, count, cancellation);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = samples.First(count);
        var without = new double[Groups];
        for (var group = 0; group < Groups; group++)
        {
            using var inner = NewDisposeScope();
            long[] rest = [.. Enumerable.Range(0, count).Where(i => i % Groups != group).Select(i => (long)i)];
            without[group] = _reference.Frechet.DistanceTo(features.index_select(0, tensor(rest))).Distance;
        }
        return new TuningMeasurement
        {
            Sampling = sampling,
            Count = count,
            Distance = _reference.Frechet.DistanceTo(features).Distance,
            Without = without,
            KernelDistance = _reference.Features is { } data ? KernelDistance.Unbiased(data, features) : null,
            MultiplyAdds = MultiplyAdds(sampling),
            SecondsPerImage = samples.SecondsPerImage(),
        };
    }

    /// <inheritdoc/>
    public void Forget(SamplingConfig sampling)
    {
        if (_samples.Remove(Key(sampling), out var samples)) samples.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var samples in _samples.Values) samples.Dispose();
    }

    private void Extend(Samples samples, SamplingConfig sampling, int count, CancellationToken cancellation)
    {
        var labels = LabelSequence.Proportional(_classCounts, count);
        while (samples.Count < count)
        {
            using var scope = NewDisposeScope();
            var (first, size) = (samples.Count, Math.Min(_evaluator.BatchSize, count - samples.Count));
            var request = new SamplingRequest
            {
                Labels = labels[first..(first + size)],
                ImageIndices = [.. Enumerable.Range(first, size).Select(i => (long)i)],
                Seed = _seed,
                Sampling = sampling,
            };
            var clock = Stopwatch.StartNew();
            var images = _model.Sample(request, cancellation: cancellation);
            if (_evaluator.Network.Device.type == TorchSharp.DeviceType.CUDA) cuda.synchronize();
            samples.Seconds.Add(clock.Elapsed.TotalSeconds / size);
            samples.Add(_evaluator.Features(images));
            Progress?.Report(new EvaluationProgress(samples.Count, count));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static string Key(SamplingConfig sampling) => JsonSerializer.Serialize(sampling, JsonFormat.Line);

    private sealed class Samples : IDisposable
    {
        private readonly List<Tensor> _features = [];

        public List<double> Seconds { get; } = [];

        public int Count { get; private set; }

        public void Add(Tensor features)
        {
            _features.Add(features.cpu().clone().DetachFromDisposeScope());
            Count += (int)features.shape[0];
        }

        public Tensor First(int count) => cat(_features).narrow(0, 0, count);

        public double SecondsPerImage() => Seconds.Order().ElementAt(Seconds.Count / 2);

        public void Dispose()
        {
            foreach (var part in _features) part.Dispose();
        }
    }
}

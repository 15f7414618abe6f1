using System.Text.Json;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class MetricReferenceTests : IDisposable
{
    private static readonly EvaluationOptions _options = new() { Resamples = 4, KernelSubsets = 4, InceptionSplits = 2, ClosestPairs = 3 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PixelMeans _network = new();

    [Fact]
    public void Every_figure_of_samples_against_data()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=120");
        var collector = new SetCollector(_network, _options, batchSize: 32);
        using var data = collector.OfSource(source, 16, cancellation: TestContext.Current.CancellationToken);
        using var reference = new MetricReference(data, _options, heldOut: data);
        using var noise = new EvaluationSet(_network, _options, "noise");
        noise.Add(randn(60, 3, 16, 16));
        var seen = new List<MetricKind>();
        var result = reference.Measure(noise, new Reports(seen), TestContext.Current.CancellationToken);
        Assert.Equal(Enum.GetValues<MetricKind>(), seen);
        Assert.Equal((60, 60, 120, 120), (result.Count, result.Kept, result.ReferenceCount, result.ReferenceKept));
        Assert.True(result.FrechetDistance > 1);
        Assert.True(result.Errors.FrechetDistance > 0);
        Assert.True(result.Kid > 0);
        Assert.NotNull(result.FrechetDistanceInfinity);
        Assert.Equal(Math.Sqrt(Math.Pow(result.Errors.FrechetDistance!.Value, 2) + Math.Pow(result.Extrapolation!.InterceptError, 2)), result.Errors.FrechetDistanceInfinity!.Value, 1e-9);
        Assert.Equal(1, result.InceptionScore!.Mean, 1e-6);                                   // the network says one half of either class
        Assert.InRange(result.Precision!.Value, 0, 1);
        Assert.InRange(result.Coverage!.Value, 0, 1);
        Assert.Equal(3, result.Neighbours!.Features.Closest.Length);
        Assert.Equal(2, result.Bands!.Components.Length);
        Assert.Equal(9, result.Bands.Frequencies.Length);
        Assert.Equal([MetricKind.SpatialFrechet, MetricKind.ClassAccuracy], result.LeftOut.Select(left => left.Metric));
        var json = JsonSerializer.SerializeToElement(result, JsonFormat.Line);
        foreach (var name in new[] { "frechetDistance", "kid", "precision", "recall" }) Assert.Equal(JsonValueKind.Number, json.GetProperty(name).ValueKind);
        Assert.Equal(1, json.GetProperty("inceptionScore").GetProperty("mean").GetDouble(), 1e-6);
        Assert.Equal(result.Kid, JsonFormat.Parse<MetricSet>(JsonSerializer.Serialize(result, JsonFormat.Indented), "the figures").Kid);
    }

    [Fact]
    public void An_extrapolation_alone_has_its_whole_error_and_none_without_resamples()
    {
        using var data = Shapes(120);
        using var samples = Shapes(60, seed: 7);
        MetricErrors Errors(int resamples, params MetricKind[] metrics)
        {
            using var reference = new MetricReference(data, _options with { Metrics = metrics, Resamples = resamples });
            return reference.Measure(samples, cancellation: TestContext.Current.CancellationToken).Errors;
        }
        Assert.Equal(Errors(4, MetricKind.FrechetDistance, MetricKind.FrechetInfinity).FrechetDistanceInfinity, Errors(4, MetricKind.FrechetInfinity).FrechetDistanceInfinity);
        Assert.Null(Errors(0, MetricKind.FrechetInfinity).FrechetDistanceInfinity);
    }

    [Fact]
    public void Data_against_itself_is_at_the_best_of_every_figure()
    {
        using var data = Shapes(80);
        using var reference = new MetricReference(data, _options, heldOut: data);
        var result = reference.Measure(data, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, result.FrechetDistance!.Value, 1e-3);                                  // the features are linearly dependent: roots of rounding
        Assert.Equal((1, 1, 1), (result.Precision, result.Recall, result.Coverage));
        Assert.All(result.Bands!.Components.Concat(result.Bands.Frequencies), band => Assert.Equal(0, band.Error ?? 0, 1e-12));
        Assert.Equal((0, 0), (result.Neighbours!.Features.Samples.Median, result.Neighbours.Pixels!.Samples.Median));
        Assert.All(result.Neighbours.Pixels.Closest, pair => Assert.Equal(pair.Sample, pair.Image));
    }

    [Fact]
    public void Measuring_twice_gives_the_same_figures()
    {
        using var data = Shapes(60);
        using var samples = Shapes(40, seed: 7);
        string Figures()
        {
            using var reference = new MetricReference(data, _options);
            return JsonSerializer.Serialize(reference.Measure(samples, cancellation: TestContext.Current.CancellationToken), JsonFormat.Line);
        }
        Assert.Equal(Figures(), Figures());
    }

    [Fact]
    public void What_cannot_be_had_is_left_out_with_a_reason()
    {
        var options = _options with { Keep = 0 };
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=20");
        using var data = new SetCollector(_network, options).OfSource(source, 16, cancellation: TestContext.Current.CancellationToken);
        using var reference = new MetricReference(data, options);
        var result = reference.Measure(data, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, result.FrechetDistance!.Value, 1e-3);                                  // the features are linearly dependent: roots of rounding
        Assert.NotNull(result.Bands);
        Assert.Equal(8, result.LeftOut.Length);
        Assert.All(result.LeftOut, left => Assert.DoesNotContain('\n', left.Why));
    }

    [Fact]
    public void Sets_of_other_networks_are_refused()
    {
        using var data = Shapes(10);
        using var reference = new MetricReference(data, _options);
        using var other = new OtherNetwork();
        using var samples = new EvaluationSet(other, _options);
        samples.Add(zeros(3, 3, 16, 16));
        Assert.Contains("same network", Assert.Throws<ArgumentException>(() => reference.Measure(samples, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_alone_is_computed_alone()
    {
        using var data = Shapes(30);
        using var reference = new MetricReference(data, _options with { Metrics = [MetricKind.KernelDistance] });
        var result = reference.Measure(data, cancellation: TestContext.Current.CancellationToken);
        Assert.NotNull(result.Kid);
        Assert.Null(result.FrechetDistance);
        Assert.Null(result.Bands);
        Assert.Empty(result.LeftOut);
    }

    public void Dispose() => _scope.Dispose();

    private EvaluationSet Shapes(int count, long seed = 0)
    {
        using var source = ImageSources.Open($"synthetic:shapes?size=16&count={count}&seed={seed}");
        return new SetCollector(_network, _options).OfSource(source, 16, cancellation: TestContext.Current.CancellationToken);
    }

    private sealed class Reports(List<MetricKind> seen) : IProgress<MetricProgress>
    {
        public void Report(MetricProgress value) => seen.Add(value.Metric);
    }

    private sealed class OtherNetwork : IFeatureNetwork
    {
        public string Name => "other";

        public string Digest { get; } = new('1', 64);

        public int Width => 4;

        public int Classes => 0;

        public Device Device => CPU;

        public Tensor Features(Tensor images) => ones([images.shape[0], 4]);

        public Tensor Probabilities(Tensor images) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}

using System.Text.Json;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class EvaluationSetTests : IDisposable
{
    private static readonly string[] _classes = ["a", "b"];
    private static readonly EvaluationOptions _options = new() { Resamples = 2, KernelSubsets = 4, InceptionSplits = 2 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly PixelMeans _network = new();

    [Fact]
    public void Batches_make_no_difference()
    {
        var (images, labels) = Draw(50);
        var options = _options with { Keep = 20 };
        using var one = Gather(images, labels, [50], options);
        using var several = Gather(images, labels, [7, 1, 30, 12], options);
        Assert.Equal((50, 20), (several.Count, several.Kept));
        Assert.Equal(one.Ids(), several.Ids());
        Assert.True(TensorAssert.Identical(one.Features()!, several.Features()!));
        using var expected = one.Moments();
        using var actual = several.Moments();
        TensorAssert.Close(expected.Covariance, actual.Covariance, 1e-9);
        foreach (var (id, row) in several.Ids().Zip(several.Features()!.unbind()))
            TensorAssert.Close(_network.Features(ImageTensors.ToLevels(images.narrow(0, id, 1)))[0], row, 1e-6);
    }

    [Fact]
    public void What_is_written_is_read_with_the_same_figures()
    {
        var (images, labels) = Draw(40);
        using var set = Gather(images, labels, [40]);
        set.Write(_folder["a.npz"]);
        using var read = EvaluationSet.Read(_folder["a.npz"]);
        Assert.Equal(JsonSerializer.Serialize(set.Description, JsonFormat.Line), JsonSerializer.Serialize(read.Description, JsonFormat.Line));
        using var noise = Gather(randn(30, 3, 16, 16), [.. Enumerable.Repeat(0, 30)], [30]);
        string Figures(EvaluationSet data)
        {
            using var reference = new MetricReference(data, _options, heldOut: data);
            var result = reference.Measure(noise, cancellation: TestContext.Current.CancellationToken);
            return JsonSerializer.Serialize(result, JsonFormat.Line);
        }
        Assert.Equal(Figures(set), Figures(read));
        Assert.Throws<InvalidOperationException>(() => read.Add(images));
        using var statistics = FeatureMoments.Read(_folder["a.npz"]);
        Assert.Equal(40, statistics.Count);
    }

    [Fact]
    public void A_set_is_gone_on_with_as_if_it_had_not_been_put_away()
    {
        var (images, labels) = Draw(60);
        var options = _options with { Keep = 25 };
        using var unbroken = Gather(images, labels, [60], options);
        using (var begun = Gather(images.narrow(0, 0, 40), labels.AsSpan(0, 40), [40], options)) begun.Write(_folder["a.npz"]);
        using var gone = EvaluationSet.Read(_folder["a.npz"], _network, options);
        gone.Add(images.narrow(0, 40, 20), labels.AsSpan(40));
        Assert.Equal((60, 25), (gone.Count, gone.Kept));
        Assert.Equal(unbroken.Ids(), gone.Ids());
        Assert.True(TensorAssert.Identical(unbroken.Features()!, gone.Features()!));
        Assert.True(TensorAssert.Identical(unbroken.Parts.Pixels.Rows!, gone.Parts.Pixels.Rows!));
        using var expected = unbroken.Moments();
        using var actual = gone.Moments();
        TensorAssert.Close(expected.Covariance, actual.Covariance, 1e-9);
    }

    [Fact]
    public void Statistics_of_ADM_are_a_reference_for_distances_alone()
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var data = EvaluationSet.Read(SharedFiles.Require("golden", "metrics", "real_stats_a.npz"));
        using var samples = EvaluationSet.Read(SharedFiles.Require("golden", "metrics", "fake_stats_a.npz"));
        using var reference = new MetricReference(data, _options);
        var result = reference.Measure(samples, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(golden["expected_fid"].item<double>(), result.FrechetDistance!.Value, 1e-5);
        Assert.Null(result.ReferenceCount);
        Assert.Equal(9, result.LeftOut.Length);
    }

    [Fact]
    public void Accuracy_is_of_the_labels_that_came_with_the_images()
    {
        var (images, _) = Draw(10);
        using var set = Gather(images, [.. Enumerable.Range(0, 10).Select(i => i % 2)], [10]);
        using var reference = new MetricReference(set, _options with { Metrics = [MetricKind.ClassAccuracy] });
        var result = reference.Measure(set, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0.5, result.ClassAccuracy);                                              // the network sees the first class in all
        Assert.Equal([("a", 5L, 5L), ("b", 5, 0)], result.Classes!.Select(c => (c.Name, c.Count, c.Correct)));
        Assert.Equal([null, "a"], result.Classes!.Select(c => c.MistakenFor));
    }

    [Fact]
    public void Archives_of_images_are_gathered()
    {
        using var images = NpzImages.Open(SharedFiles.Require("golden", "metrics", "adm_samples_a.npz"));
        using var set = new SetCollector(_network, _options, batchSize: 5).OfArchive(images, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((16, 16, "adm_samples_a.npz"), (set.Count, set.Kept, set.Description.Source));
        Assert.Equal([32, 32], set.Description.ImageSize);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var set = new EvaluationSet(_network, _options, classes: _classes);
        set.Add(zeros(2, 3, 16, 16), [0, 1]);
        Assert.Throws<ArgumentException>(() => set.Add(zeros(2, 3, 16, 16), [0, 2]));
        Assert.Throws<ArgumentException>(() => set.Add(zeros(2, 3, 16, 16), [0]));
        Assert.Throws<ArgumentException>(() => set.Add(zeros(2, 3, 8, 16), [0, 1]));
        Assert.Throws<ArgumentException>(() => set.Add(zeros(2, 1, 16, 16), [0, 1]));
        Assert.Throws<ArgumentException>(() => new EvaluationSet(_network, new EvaluationOptions { Metrics = [] }));
        Assert.Equal(2, set.Count);
        File.WriteAllText(_folder["b.npz"], "nothing");
        Assert.Throws<InvalidDataException>(() => EvaluationSet.Read(_folder["b.npz"]));
        Assert.Contains("same network", Assert.Throws<InvalidDataException>(() => EvaluationSet.Read(SharedFiles.Require("golden", "metrics", "real_stats_a.npz"), _network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adding_keeps_memory_flat()
    {
        using var set = new EvaluationSet(_network, _options with { Keep = 4 }, classes: _classes);
        var images = zeros(3, 3, 16, 16);
        set.Add(images);
        LiveTensors.StayFlat(3, () => set.Add(images));
    }

    [Theory]
    [InlineData(nameof(EvaluationOptions.Keep))]
    [InlineData(nameof(EvaluationOptions.KernelSubsets))]
    [InlineData(nameof(EvaluationOptions.Resamples))]
    public void Options_out_of_range_are_named(string member)
    {
        var options = member switch
        {
            nameof(EvaluationOptions.Keep) => new EvaluationOptions { Keep = -1 },
            nameof(EvaluationOptions.KernelSubsets) => new EvaluationOptions { KernelSubsets = 1 },
            _ => new EvaluationOptions { Resamples = 1 },
        };
        Assert.StartsWith(member, Assert.Single(options.Validate()), StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static (Tensor Images, int[] Labels) Draw(int count)
    {
        using var generator = new Generator(6);
        return (rand([count, 3, 16, 16], generator: generator) * 2 - 1, [.. Enumerable.Range(0, count).Select(i => i % 2)]);
    }

    private EvaluationSet Gather(Tensor images, ReadOnlySpan<int> labels, int[] batches, EvaluationOptions? options = null)
    {
        var set = new EvaluationSet(_network, options ?? _options, "drawn", _classes);
        var first = 0;
        foreach (var size in batches)
        {
            set.Add(images.narrow(0, first, size), labels.Slice(first, size));
            first += size;
        }
        return set;
    }
}

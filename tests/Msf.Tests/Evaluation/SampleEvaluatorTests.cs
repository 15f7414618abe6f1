using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Tests.Checkpoints;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

[Collection(SequentialTraining.Name)]
public sealed class SampleEvaluatorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly PixelMeans _network = new();

    [Fact]
    public void Images_of_a_source_are_each_seen_once_in_the_size_of_the_model()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=30");
        var reported = new List<EvaluationProgress>();
        using var summary = new SampleEvaluator(_network, batchSize: 7).OfSource(source, 8, keep: 100, progress: new Reports(reported), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((30, 30), (summary.Count, summary.Kept));
        Assert.Equal([7, 14, 21, 28, 30], reported.Select(p => p.Done));
        var expected = Enumerable.Range(0, 30).Select(i => Mean(ImageResizer.Fit(source.Read(i).Image, 8))).Order().ToArray();
        Assert.Equal(expected, summary.Features().select(1, 0).data<float>().Select(mean => Math.Round(mean, 4)).Order());
        Assert.All(_network.Sizes, size => Assert.Equal(8, size));
    }

    [Fact]
    public void Some_of_a_source_are_a_choice_that_the_seed_makes_and_the_reading_may_end_early()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=30");
        var evaluator = new SampleEvaluator(_network, batchSize: 5);
        float[] Some(long seed, Func<int, bool>? goOn = null)
        {
            using var summary = evaluator.OfSource(source, 16, count: 20, seed: seed, keep: 20, goOn: goOn, cancellation: TestContext.Current.CancellationToken);
            return [.. summary.Features().select(1, 0).data<float>()];
        }
        Assert.Equal(Some(1), Some(1));
        Assert.NotEqual(Some(1).Order(), Some(2).Order());
        Assert.Equal(Some(1).Take(10), Some(1, done => done < 10));
        Assert.Throws<ArgumentException>(() => evaluator.OfSource(source, 16, count: 31, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Samples_of_a_model_are_those_it_would_write()
    {
        using (NewDisposeScope()) ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);
        using var model = MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32);
        var request = model.Request([0, 1, 2, 0, 1], seed: 3);
        using var summary = new SampleEvaluator(_network, batchSize: 2).OfModel(model, request, keep: 9, cancellation: TestContext.Current.CancellationToken);
        var images = ImageTensors.ToImages(model.Sample(request, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(images.Select(Mean), summary.Features().select(1, 0).data<float>().Select(mean => Math.Round(mean, 4)));
    }

    [Fact]
    public void Cancelling_stops_it()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=30");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new SampleEvaluator(_network).OfSource(source, 16, cancellation: stop.Token));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static double Mean(RgbImage image) => Math.Round(image.Pixels.Average(level => (double)level), 4);

    private sealed class Reports(List<EvaluationProgress> reported) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => reported.Add(value);
    }
}

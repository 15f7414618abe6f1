using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class MemorisationCheckTests : IDisposable
{
    private static readonly EvaluationOptions _options = new() { Metrics = [MetricKind.Neighbours] };
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PixelMeans _network = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void Samples_that_repeat_the_data_are_nearer_than_all_held_out_images()
    {
        var images = Noise(1, 40);
        using var data = Set(images);
        using var held = Set(Noise(2, 40));
        using var copies = Set(images.narrow(0, 5, 10));
        using var fresh = Set(Noise(3, 200));
        var repeated = MemorisationCheck.Of(data, copies, held, null, None)!;
        Assert.Equal((1.0, 1.0, 0.0), (repeated.Report.Features.NearerThanFirstPercent, repeated.Report.Pixels!.NearerThanFirstPercent, repeated.Report.Features.Samples.Median));
        Assert.Equal(Enumerable.Range(5, 10).Select(i => (long)i), repeated.Pixels.Select(pair => pair.Image));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), repeated.Pixels.Select(pair => pair.Sample));
        var honest = MemorisationCheck.Of(data, fresh, held, null, None)!;
        Assert.InRange(honest.Report.Pixels!.NearerThanMedian, 0.25, 0.75);
        Assert.InRange(honest.Report.Pixels!.NearerThanFirstPercent, 0, 0.15);
        Assert.Contains("held-out", honest.Report.ComparedWith, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_held_out_images_each_of_the_data_is_compared_with_all_others()
    {
        var images = Noise(1, 30);
        using var data = Set(images);
        using var samples = Set(Noise(4, 8));
        var check = MemorisationCheck.Of(data, samples, null, null, None)!;
        var levels = ((images + 1) * 127.5).round().to(ScalarType.Float64).flatten(1);
        var expected = Enumerable.Range(0, 30).Select(i => Enumerable.Range(0, 30).Where(j => j != i)
            .Min(j => (levels[i] - levels[j]).square().mean().sqrt().item<double>())).ToArray();
        Assert.Equal(expected.Length, check.OtherPixels.Length);
        Assert.All(expected.Zip(check.OtherPixels), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * pair.First));
        Assert.Contains("each against all others", check.Report.ComparedWith, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_of_one_image_are_not_compared_with_each_other()
    {
        var images = Noise(1, 10);
        using var data = Set(cat([images, images + 0.02]).clamp(-1, 1));                      // every image twice, nearly
        using var samples = Set(Noise(4, 8));
        var each = MemorisationCheck.Of(data, samples, null, null, None)!;
        var grouped = MemorisationCheck.Of(data, samples, null, place => $"{place % 10}", None)!;
        Assert.True(each.Report.Pixels!.Others.Median < 4, $"{each.Report.Pixels!.Others.Median}");
        Assert.True(grouped.Report.Pixels!.Others.Minimum > 20, $"{grouped.Report.Pixels!.Others.Minimum}");
        Assert.Contains("its own versions", grouped.Report.ComparedWith, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_alone_have_no_neighbours()
    {
        using var folder = new TemporaryFolder();
        using var data = Set(Noise(1, 30));
        using (var moments = data.Moments()) moments.Write(folder["stats.npz"]);
        using var read = EvaluationSet.Read(folder["stats.npz"]);
        Assert.Null(MemorisationCheck.Of(read, data, null, null, None));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _network.Dispose();
    }

    private static Tensor Noise(long seed, int count)
    {
        using var generator = new Generator((ulong)seed);
        return rand([count, 3, 4, 4], generator: generator) * 2 - 1;
    }

    private EvaluationSet Set(Tensor images)
    {
        var set = new EvaluationSet(_network, _options, "noise");
        set.Add(images);
        return set;
    }
}

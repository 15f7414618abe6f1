using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class FeatureStatisticsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("real")]
    [InlineData("fake")]
    public void Moments_are_those_of_the_reference_whatever_the_batches(string name)
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        var features = golden[name];
        using var whole = new FeatureStatistics(64);
        whole.Add(features);
        using var parts = new FeatureStatistics(64);
        for (long first = 0; first < features.shape[0]; first += 37) parts.Add(features.narrow(0, first, Math.Min(37, features.shape[0] - first)));
        foreach (var statistics in new[] { whole, parts })
        {
            using var moments = statistics.Moments();
            Golden.Matches("mu", moments.Mean, golden[$"{name}_mu"], 1e-12);
            Golden.Matches("sigma", moments.Covariance, golden[$"{name}_sigma"], 1e-12);
            Assert.Equal(features.shape[0], moments.Count);
        }
    }

    [Fact]
    public void Batches_change_not_one_bit_and_asking_in_between_neither()
    {
        var x = randn(1300, 5);
        using var whole = new FeatureStatistics(5);
        whole.Add(x);
        using var parts = new FeatureStatistics(5);
        foreach (var part in x.split(77))
        {
            parts.Add(part);
            using var soFar = parts.Moments();
        }
        using var expected = whole.Moments();
        using var actual = parts.Moments();
        Assert.True(TensorAssert.Identical(expected.Mean, actual.Mean));
        Assert.True(TensorAssert.Identical(expected.Covariance, actual.Covariance));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(700)]
    public void What_it_holds_is_gone_on_with_to_the_last_bit(int first)
    {
        var x = randn(1000, 5);
        using var unbroken = new FeatureStatistics(5);
        unbroken.Add(x);
        using var begun = new FeatureStatistics(5);
        begun.Add(x.narrow(0, 0, first));
        using var moments = begun.Moments();
        using var gone = new FeatureStatistics(moments);
        var held = begun.Exact().ToDictionary(part => part.Name, part => part.Value.clone());
        Assert.True(gone.TryRestore(held.GetValueOrDefault));
        gone.Add(x.narrow(0, first, 1000 - first));
        using var expected = unbroken.Moments();
        using var actual = gone.Moments();
        Assert.True(TensorAssert.Identical(expected.Covariance, actual.Covariance));
        Assert.False(gone.TryRestore(held.GetValueOrDefault));                                // of fewer images
    }

    [Fact]
    public void Merging_is_seeing_both()
    {
        var x = randn(50, 6).to(ScalarType.Float64);
        using var whole = new FeatureStatistics(6);
        whole.Add(x);
        using var first = new FeatureStatistics(6);
        first.Add(x.narrow(0, 0, 13));
        using var second = new FeatureStatistics(6);
        second.Add(x.narrow(0, 13, 37));
        using var nothing = new FeatureStatistics(6);
        first.Merge(second);
        first.Merge(nothing);
        nothing.Merge(first);
        foreach (var merged in new[] { first, nothing })
        {
            using var expected = whole.Moments();
            using var actual = merged.Moments();
            TensorAssert.Close(expected.Mean, actual.Mean, 1e-12);
            TensorAssert.Close(expected.Covariance, actual.Covariance, 1e-12);
        }
        Assert.Throws<ArgumentException>(() => whole.Merge(new FeatureStatistics(5)));
    }

    [Fact]
    public void A_large_mean_costs_no_digits()
    {
        var x = randn(400, 3).to(ScalarType.Float64);
        using var near = new FeatureStatistics(3);
        using var far = new FeatureStatistics(3);
        for (var i = 0; i < 400; i += 20)
        {
            near.Add(x.narrow(0, i, 20));
            far.Add(x.narrow(0, i, 20) + 1e6);
        }
        using var expected = near.Moments();
        using var actual = far.Moments();
        TensorAssert.Close(expected.Covariance, actual.Covariance, 1e-9);                      // a sum of squares would keep 4 digits
    }

    [Fact]
    public void Broken_features_are_refused_and_leave_nothing()
    {
        using var statistics = new FeatureStatistics(2);
        statistics.Add(tensor(new[,] { { 1.0, 2 }, { 3, 5 } }));
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => statistics.Add(tensor(new[,] { { double.NaN, 1 } }))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => statistics.Add(zeros(2, 3)));
        Assert.Equal(2, statistics.Count);
        using var moments = statistics.Moments();
        Assert.Equal([2, 3.5], moments.Mean.data<double>().ToArray());
        Assert.Equal([2, 3, 3, 4.5], moments.Covariance.data<double>().ToArray());
    }

    [Fact]
    public void One_image_has_no_covariance()
    {
        using var statistics = new FeatureStatistics(2);
        statistics.Add(zeros(1, 2));
        Assert.Throws<InvalidOperationException>(() => statistics.Moments());
    }

    [Fact]
    public void What_is_written_is_read()
    {
        using var moments = new FeatureMoments(tensor(new[] { 1.0, 2 }), tensor(new[,] { { 2.0, 0.5 }, { 0.5, 1 } }), 77);
        moments.Write(_folder["a.npz"]);
        using var read = FeatureMoments.Read(_folder["a.npz"]);
        Assert.True(TensorAssert.Identical(moments.Mean, read.Mean));
        Assert.True(TensorAssert.Identical(moments.Covariance, read.Covariance));
        Assert.Equal(77, read.Count);
    }

    [Fact]
    public void Statistics_of_ADM_are_read_and_their_count_is_unknown()
    {
        using var moments = FeatureMoments.Read(SharedFiles.Require("golden", "metrics", "real_stats_a.npz"));
        Assert.True(TensorAssert.Identical(moments.Covariance, Golden.Load("metrics", "metrics_a_io.safetensors")["real_sigma"]));
        Assert.Null(moments.Count);
    }

    [Fact]
    public void Adding_keeps_memory_flat()
    {
        using var summary = new FeatureSummary(8, keep: 5);
        LiveTensors.StayFlat(5, () =>
        {
            using var scope = NewDisposeScope();
            summary.Statistics.Add(ones(3, 8));
        });
    }

    [Fact]
    public void A_summary_keeps_the_first_features()
    {
        using var summary = new FeatureSummary(2, keep: 5);
        var x = arange(16, ScalarType.Float32).view(8, 2);
        foreach (var part in x.split(3)) summary.Add(part);
        Assert.Equal((8, 5), (summary.Count, summary.Kept));
        Assert.True(TensorAssert.Identical(x.narrow(0, 0, 5), summary.Features()));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }
}

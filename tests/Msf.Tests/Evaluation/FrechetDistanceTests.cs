using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class FrechetDistanceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void It_is_the_reference_implementations()
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var real = Moments(golden["real"]);
        using var fake = Moments(golden["fake"]);
        using var few = Moments(golden["real"].narrow(0, 0, 40));
        Near(golden["expected_fid"], FrechetDistance.Between(real, fake));
        Near(golden["expected_fid"], FrechetDistance.Between(fake, real));
        Near(golden["expected_fid_rank_deficient_first40_vs_fake"], FrechetDistance.Between(few, fake));
        Near(golden["expected_fid_rank_deficient_first40_vs_fake"], FrechetDistance.Between(fake, few));
        Assert.InRange(FrechetDistance.Between(real, real).Distance, -1e-6, 1e-6);
    }

    [Theory]
    [InlineData("real", 700)]
    [InlineData("real", 40)]
    [InlineData("fake", 64)]
    [InlineData("fake", 2)]
    public void Features_give_what_their_moments_give(string of, int count)
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var reference = new FrechetReference(Owned(Moments(golden["fake"])));
        var features = golden[of].narrow(0, 0, Math.Min(count, golden[of].shape[0]));
        var (expected, actual) = (reference.DistanceTo(Owned(Moments(features))), reference.DistanceTo(features));
        Assert.Equal(expected.Distance, actual.Distance, 1e-6 * Math.Abs(expected.Distance));
        Assert.Equal(expected.MeanTerm, actual.MeanTerm, 1e-12);
    }

    [Fact]
    public void It_is_the_known_distance_of_diagonal_Gaussians()
    {
        // |mu1 - mu2|² + sum (s1 - s2)²
        using var a = new FeatureMoments(tensor(new[] { 1.0, 2, 0 }), diag(tensor(new[] { 4.0, 9, 0 })));
        using var b = new FeatureMoments(tensor(new[] { 0.0, 4, 0 }), diag(tensor(new[] { 1.0, 16, 25 })));
        var result = FrechetDistance.Between(a, b);
        Assert.Equal(5 + 1 + 1 + 25, result.Distance, 1e-12);
        Assert.Equal((5, 27), (result.MeanTerm, Math.Round(result.CovarianceTerm, 9)));
        Assert.Equal(0, result.ClampedMass);
    }

    [Fact]
    public void What_is_no_covariance_shows()
    {
        using var a = new FeatureMoments(zeros([2], ScalarType.Float64), diag(tensor(new[] { 3.0, -1 })));
        using var b = new FeatureMoments(zeros([2], ScalarType.Float64), eye(2, 2, ScalarType.Float64));
        Assert.Equal(0.25, FrechetDistance.Between(a, b).ClampedMass, 1e-12);
        Assert.Equal(0.25, FrechetDistance.Between(b, a).ClampedMass, 1e-12);
    }

    [Fact]
    public void Widths_must_agree()
    {
        using var reference = new FrechetReference(Owned(Moments(randn(5, 3))));
        Assert.Throws<ArgumentException>(() => reference.DistanceTo(Owned(Moments(randn(5, 4)))));
        Assert.Throws<ArgumentException>(() => reference.DistanceTo(randn(5, 4)));
        Assert.Throws<ArgumentException>(() => reference.DistanceTo(randn(1, 3)));
        Assert.Throws<ArgumentException>(() => new FeatureMoments(zeros([3], ScalarType.Float64), zeros([2, 2], ScalarType.Float64)));
    }

    public void Dispose() => _scope.Dispose();

    private static FeatureMoments Moments(Tensor features)
    {
        using var statistics = new FeatureStatistics((int)features.shape[1]);
        statistics.Add(features);
        return statistics.Moments();
    }

    // The scope of the test takes it.
    private FeatureMoments Owned(FeatureMoments moments)
    {
        _scope.Attach(moments.Mean);
        _scope.Attach(moments.Covariance);
        return moments;
    }

    private static void Near(Tensor expected, FrechetResult actual)
    {
        var value = expected.item<double>();
        TestContext.Current.TestOutputHelper?.WriteLine($"golden {value}: {actual.Distance} (difference {actual.Distance - value:E2})");
        Assert.Equal(value, actual.Distance, 1e-6 * value);
        Assert.InRange(actual.ClampedMass, 0, 1e-12);
    }
}

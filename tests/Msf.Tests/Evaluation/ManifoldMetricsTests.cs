using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class ManifoldMetricsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void It_is_the_reference_implementations(int k)
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var manifold = new ManifoldMetrics(golden["real"], k, k, TestContext.Current.CancellationToken);
        var result = manifold.Of(golden["fake"], TestContext.Current.CancellationToken);
        Assert.Equal(golden[$"expected_precision_k{k}"].item<double>(), result.Precision, 1e-15);
        Assert.Equal(golden[$"expected_recall_k{k}"].item<double>(), result.Recall, 1e-15);
        Assert.Equal(golden[$"expected_density_k{k}"].item<double>(), result.Density, 1e-15);
        Assert.Equal(golden[$"expected_coverage_k{k}"].item<double>(), result.Coverage, 1e-15);
    }

    [Theory]
    [InlineData("real")]
    [InlineData("fake")]
    public void Radii_are_the_reference_implementations(string set)
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        var centre = DistanceBlocks.Centre(golden[set]);
        Golden.Matches("radii", NeighbourRadii.Squared(golden[set], [3], centre, TestContext.Current.CancellationToken)[0].sqrt(), golden[$"{set}_radii_k3"], 5e-6);
    }

    [Fact]
    public void Equal_sets_are_wholly_precise_and_recalled_and_covered()
    {
        using var generator = new Generator(3);
        var x = randn([300, 8], generator: generator) + 100;                                  // far from 0, where float32 products lose digits
        using var manifold = new ManifoldMetrics(x, 3, 5, TestContext.Current.CancellationToken);
        var result = manifold.Of(x, TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 1), (result.Precision, result.Recall, result.Coverage));
        Assert.InRange(result.Density, 0.9, 1.3);
    }

    [Fact]
    public void Sets_apart_have_nothing_in_common()
    {
        var x = randn(20, 4);
        using var manifold = new ManifoldMetrics(x, 3, 5, TestContext.Current.CancellationToken);
        Assert.Equal(new ManifoldResult(0, 0, 0, 0, 0), manifold.Of(x + 1000, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Blocks_change_nothing()
    {
        using var generator = new Generator(5);
        var (x, y) = (randn([(int)DistanceBlocks.Side + 300, 3], generator: generator), randn([(int)DistanceBlocks.Side + 70, 3], generator: generator) * 1.5);
        using var manifold = new ManifoldMetrics(x, 3, 5, TestContext.Current.CancellationToken);
        var result = manifold.Of(y, TestContext.Current.CancellationToken);
        Tensor Radii(Tensor set, int k) => cdist(set, set).topk(k + 1, 1, largest: false).values.select(1, k);
        var distances = cdist(y, x);
        double Share(Tensor truths) => truths.to(ScalarType.Float64).mean().item<double>();
        Assert.Equal(Share(distances.le(Radii(x, 3)).any(1)), result.Precision, 1e-3);
        Assert.Equal(Share(distances.le(Radii(y, 3).unsqueeze(1)).any(0)), result.Recall, 1e-3);
        Assert.Equal(Share(distances.lt(Radii(x, 5))) * x.shape[0] / 5, result.Density, 1e-3);
        Assert.Equal(Share(distances.lt(Radii(x, 5)).any(0)), result.Coverage, 1e-3);
    }

    [Fact]
    public void Too_few_or_other_images_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ManifoldMetrics(randn(5, 2), 3, 5, TestContext.Current.CancellationToken));
        using var manifold = new ManifoldMetrics(randn(9, 2), 3, 5, TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() => manifold.Of(randn(9, 3), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => manifold.Of(randn(3, 2), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _scope.Dispose();
}

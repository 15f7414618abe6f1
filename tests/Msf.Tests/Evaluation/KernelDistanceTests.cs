using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class KernelDistanceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void It_is_the_reference_implementations()
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        var expected = golden["expected_kid_unbiased_mmd2"].item<double>();
        Assert.Equal(expected, KernelDistance.Unbiased(golden["real"], golden["fake"]), 1e-9 * expected);
        Assert.Equal(expected, KernelDistance.Unbiased(golden["fake"], golden["real"]), 1e-9 * expected);
    }

    [Fact]
    public void Blocks_of_rows_change_nothing()
    {
        var (x, y) = (randn(1500, 4), randn(3, 4) + 0.5);
        double Kernel(Tensor a, Tensor b) => Math.Pow((a * b).sum().item<float>() / 4 + 1, 3);
        var pairs = (X: 0.0, Y: 0.0, Cross: 0.0);
        var (rows, others) = (x.unbind(), y.unbind());
        for (var i = 0; i < 3; i++)
        {
            pairs.Cross += rows.Sum(row => Kernel(row, others[i]));
            for (var j = 0; j < 3; j++) pairs.Y += i == j ? 0 : Kernel(others[i], others[j]);
        }
        var all = ((x.to(ScalarType.Float64).mm(x.t().to(ScalarType.Float64)) / 4) + 1).pow(3);
        pairs.X = (all.sum() - all.diag().sum()).item<double>();
        Assert.Equal(pairs.X / (1500.0 * 1499) + pairs.Y / 6 - 2 * pairs.Cross / 4500, KernelDistance.Unbiased(x, y), 1e-5);
    }

    [Fact]
    public void Its_mean_over_halves_of_one_set_is_zero_where_a_biased_estimate_is_not()
    {
        using var generator = new Generator(1);
        var distances = Enumerable.Range(0, 200).Select(_ => KernelDistance.Unbiased(randn([6, 3], generator: generator), randn([6, 3], generator: generator))).ToArray();
        var (mean, error) = (distances.Average(), Math.Sqrt(distances.Select(d => d * d).Average() / 200));
        Assert.InRange(mean, -3 * error, 3 * error);
    }

    [Fact]
    public void Subsets_have_the_estimate_of_all_as_their_mean_and_its_error()
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        var (real, fake) = (golden["real"], golden["fake"]);
        var all = KernelDistance.Unbiased(real, fake);
        var result = KernelDistance.OfSubsets(real, fake, 40, 100, seed: 5, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((40, 100), (result.Subsets, result.Size));
        Assert.InRange(result.Mean, all - 3 * result.StandardError, all + 3 * result.StandardError);
        Assert.InRange(result.StandardError, 1e-3, 0.2);
        Assert.Equal(result, KernelDistance.OfSubsets(real, fake, 40, 100, seed: 5, cancellation: TestContext.Current.CancellationToken));
        Assert.NotEqual(result, KernelDistance.OfSubsets(real, fake, 40, 100, seed: 6, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(128, KernelDistance.OfSubsets(real, fake, 2, 1000, cancellation: TestContext.Current.CancellationToken).Size);   // a quarter of 512
        Assert.Throws<ArgumentException>(() => KernelDistance.OfSubsets(real.narrow(0, 0, 7), fake, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Too_few_or_other_features_are_refused()
    {
        Assert.Throws<ArgumentException>(() => KernelDistance.Unbiased(randn(1, 3), randn(4, 3)));
        Assert.Throws<ArgumentException>(() => KernelDistance.Unbiased(randn(4, 2), randn(4, 3)));
    }

    public void Dispose() => _scope.Dispose();
}

using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class FrechetInfinityTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void A_law_of_one_over_N_is_extrapolated_exactly()
    {
        long[] counts = [500, 1000, 2000, 7000];
        var line = FrechetInfinity.Fit(counts, Array.ConvertAll(counts, n => 3 + 800.0 / n));
        Assert.Equal(3, line.Intercept, 1e-12);
        Assert.Equal(800, line.Slope, 1e-9);
        Assert.Equal(0, line.InterceptError, 1e-12);
        Assert.Throws<ArgumentException>(() => FrechetInfinity.Fit([5, 5, 5], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => FrechetInfinity.Fit([5, 6], [1, 2]));
    }

    [Fact]
    public void Samples_of_a_known_Gaussian_are_extrapolated_to_its_distance()
    {
        using var generator = new Generator(3);
        const int width = 16;
        using var truth = new FeatureMoments(zeros([width], ScalarType.Float64), eye(width, width, ScalarType.Float64));
        using var reference = new FrechetReference(truth);
        var samples = randn([3000, width], ScalarType.Float64, generator: generator);
        samples.select(1, 0).add_(0.5.ToScalar());                                            // distance 0.25
        var line = FrechetInfinity.Of(reference, samples, 8, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((300L, 3000L), (line.Counts[0], line.Counts[^1]));
        Assert.Equal(reference.DistanceTo(samples).Distance, line.Distances[^1], 1e-9);
        Assert.InRange(line.Slope, 20, 250);                                                  // about (width + width (width + 1) / 2 / 2) = 84
        Assert.True(Math.Abs(line.Intercept - 0.25) < Math.Abs(line.Distances[0] - 0.25) / 3, $"{line.Intercept} against {line.Distances[0]}");
        Assert.InRange(line.InterceptError, 1e-4, 0.1);
        Assert.Throws<ArgumentException>(() => FrechetInfinity.Of(reference, samples.narrow(0, 0, 39), cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_bootstraps_error_is_the_spread_of_fresh_samples()
    {
        using var generator = new Generator(8);
        using var truth = new FeatureMoments(zeros([2], ScalarType.Float64), eye(2, 2, ScalarType.Float64));
        using var reference = new FrechetReference(truth);
        Tensor Draw() => randn([400, 2], ScalarType.Float64, generator: generator) + 1;
        var spread = Spread.Deviation(Enumerable.Range(0, 200).Select(_ => reference.DistanceTo(Draw()).Distance).ToArray());
        var error = Enumerable.Range(0, 10).Average(i => FrechetBootstrap.StandardError(reference, Draw(), 40, seed: i, cancellation: TestContext.Current.CancellationToken));
        Assert.InRange(error / spread, 0.8, 1.25);
    }

    [Fact]
    public void The_error_at_infinity_is_the_spread_of_fresh_samples_and_the_lines_own_is_too_small()
    {
        using var generator = new Generator(9);
        using var truth = new FeatureMoments(zeros([2], ScalarType.Float64), eye(2, 2, ScalarType.Float64));
        using var reference = new FrechetReference(truth);
        Tensor Draw() => randn([400, 2], ScalarType.Float64, generator: generator) + 1;
        FrechetExtrapolation Line(Tensor samples) => FrechetInfinity.Of(reference, samples, 10, cancellation: TestContext.Current.CancellationToken);
        var spread = Spread.Deviation(Enumerable.Range(0, 100).Select(_ => Line(Draw()).Intercept).ToArray());
        var (own, whole) = (0.0, 0.0);
        for (var i = 0; i < 10; i++)
        {
            var samples = Draw();
            var line = Line(samples);
            own += line.InterceptError / 10;
            whole += line.StandardError(FrechetBootstrap.StandardError(reference, samples, 40, seed: i, cancellation: TestContext.Current.CancellationToken)) / 10;
        }
        Assert.InRange(own / spread, 0, 0.7);
        Assert.InRange(whole / spread, 0.75, 1.3);
    }

    [Fact]
    public void Chosen_rows_are_a_set_of_their_own()
    {
        var x = randn(60, 3);
        using var truth = new FeatureMoments(zeros([3], ScalarType.Float64), eye(3, 3, ScalarType.Float64));
        using var reference = new FrechetReference(truth);
        long[] rows = [5, 9, 9, 0, 59, 31, 7];
        Assert.Equal(reference.DistanceTo(x.index_select(0, tensor(rows))).Distance, reference.DistanceTo(x, rows).Distance, 1e-12);
    }

    public void Dispose() => _scope.Dispose();
}

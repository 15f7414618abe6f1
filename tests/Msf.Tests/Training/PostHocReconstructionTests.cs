using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public class PostHocReconstructionTests
{
    private const int Batch = 16;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.15)]
    public void An_average_takes_of_every_step_what_the_formula_says(double relativeWidth)
    {
        using var scope = NewDisposeScope();
        const int Steps = 50;
        var steps = eye(Steps);                                                               // the weights of step j are one at place j
        using var average = new PowerFunctionAverage(full(Steps, 7f), relativeWidth);         // where it starts does not matter
        for (var j = 1; j <= Steps; j++) average.Update(steps[j - 1], j * Batch, Batch);
        double Until(int j) => Math.Pow(j / (double)Steps, average.Gamma + 1);
        for (var j = 1; j <= Steps; j++) Assert.Equal(Until(j) - Until(j - 1), average.Value[j - 1].item<float>(), 1e-7);
        Assert.Equal(1, average.Value.sum().item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.10)]
    public void A_width_that_was_tracked_comes_back_as_it_is(double relativeWidth)
    {
        var stored = Stored(snapshots: 8, images: 8000);
        var solved = PostHocReconstruction.Solve(stored, PowerFunctionProfile.OfWidth(relativeWidth, 8000));
        var own = stored.ToList().FindIndex(profile => profile.Images == 8000 && profile.Gamma == PowerFunctionProfile.GammaOf(relativeWidth));
        for (var i = 0; i < stored.Count; i++) Assert.Equal(i == own ? 1 : 0, solved.Coefficients[i], 1e-8);
        Assert.Equal(0, solved.RelativeError, 1e-6);
    }

    /// <summary>
    /// A random walk with a drift, as the weights of a network do it. The error is measured against how far the average is from the nearest
    /// one that was stored: what reconstruction is good for at all.
    /// </summary>
    [Theory]
    [InlineData(0.03, 32, 0.05)]
    [InlineData(0.07, 8, 0.05)]
    [InlineData(0.07, 32, 0.005)]
    [InlineData(0.15, 32, 0.01)]
    [InlineData(0.25, 32, 0.15)]
    public void An_average_built_afterwards_is_the_one_tracked_directly(double relativeWidth, int snapshots, double tolerance)
    {
        using var scope = NewDisposeScope();
        const int Steps = 1024, Size = 256;
        using var generator = new Generator(5);
        var weights = randn(Size, generator: generator);
        var drift = randn(Size, generator: generator) * 0.01;
        var tracked = new[] { 0.05, 0.10 }.Select(width => new PowerFunctionAverage(weights, width)).ToArray();
        using var direct = new PowerFunctionAverage(weights, relativeWidth);
        var stored = new List<Tensor>();
        for (var step = 1; step <= Steps; step++)
        {
            weights = weights + drift + randn(Size, generator: generator) * 0.05;
            foreach (var average in tracked.Append(direct)) average.Update(weights, step * Batch, Batch);
            if (step % (Steps / snapshots) == 0) stored.AddRange(tracked.Select(average => average.Value.clone()));
        }

        var solved = PostHocReconstruction.Solve(Stored(snapshots, Steps * Batch), PowerFunctionProfile.OfWidth(relativeWidth, Steps * Batch));
        var built = stored.Zip(solved.Coefficients, (average, c) => average.to(ScalarType.Float64) * c).Aggregate((a, b) => a + b);
        double Distance(Tensor a) => (a - direct.Value).norm().item<double>();
        var (error, nearest) = (Distance(built), stored.Select(average => Distance(average.to(ScalarType.Float64))).Min());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"width {relativeWidth} from {snapshots} snapshots: error {error:E2}, nearest stored average {nearest:E2} away, norm {direct.Value.norm().item<float>():F1}, profile error {solved.RelativeError:E2}");
        Assert.True(error <= tolerance * nearest, $"error {error:E2}, nearest stored average {nearest:E2}");
        Assert.Equal(1, solved.Coefficients.Sum(), 1e-9);
        foreach (var average in tracked) average.Dispose();
    }

    [Fact]
    public void More_snapshots_come_closer_and_few_still_sum_to_one()
    {
        var errors = new[] { 1, 2, 4, 8, 16, 32, 64 }
            .Select(count => PostHocReconstruction.Solve(Stored(count, 6400), PowerFunctionProfile.OfWidth(0.2, 6400))).ToArray();
        Assert.Equal(errors.Select(solved => solved.RelativeError).OrderDescending(), errors.Select(solved => solved.RelativeError));
        Assert.InRange(errors[^1].RelativeError, 0, 0.01);
        Assert.All(errors, solved => Assert.Equal(1, solved.Coefficients.Sum(), 1e-9));
    }

    [Fact]
    public void From_nothing_nothing_is_built() =>
        Assert.Throws<ArgumentException>(() => PostHocReconstruction.Solve([], PowerFunctionProfile.OfWidth(0.1, 10)));

    private static IReadOnlyList<PowerFunctionProfile> Stored(int snapshots, int images) =>
    [
        .. Enumerable.Range(1, snapshots).SelectMany(i => new[] { 0.05, 0.10 }
            .Select(width => PowerFunctionProfile.OfWidth(width, (double)images * i / snapshots))),
    ];
}

using Msf.Models;
using Msf.Training;

namespace Msf.Tests.Training;

public class ComputeSharesTests
{
    private static readonly ModelConfig _model = SmallRun.Config.Model;
    private static readonly double[] _cost = [.. Enumerable.Range(0, 2).Select(stage => (double)TransformerCost.Of(_model.Transformer(stage)).MultiplyAdds)];

    [Theory]
    [InlineData(0.85, 0.15)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.01, 0.99)]
    [InlineData(7, 3)]
    public void Every_stage_gets_its_share_of_the_compute_to_within_one_batch(double first, double second)
    {
        var shares = Shares([first, second]);
        var images = Walk(shares, 1000);
        var compute = images.Select((seen, stage) => seen * _cost[stage]).ToArray();
        var slack = 32 * _cost.Max();
        Assert.Equal(first / (first + second) * compute.Sum(), compute[0], slack);
        Assert.Equal(second / (first + second) * compute.Sum(), compute[1], slack);
    }

    [Fact]
    public void The_images_of_a_run_are_those_that_the_stages_will_see()
    {
        var shares = Shares([0.7, 0.3]);
        var planned = shares.ImagesPerStage(32_000);
        Assert.InRange(planned.Sum(), 31_999, 32_001);
        Assert.All(Walk(shares, 1000).Zip(planned), pair => Assert.InRange(pair.First - pair.Second, -32, 32));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_stage_without_a_share_is_never_trained(int without)
    {
        var shares = Shares(without == 0 ? [0, 1] : [1, 0]);
        Assert.Equal(0, Walk(shares, 200)[without]);
        Assert.Equal(0, shares.ImagesPerStage(6400)[without]);
        Assert.Equal(6400, shares.ImagesPerStage(6400).Sum());
    }

    [Fact]
    public void The_order_depends_on_the_images_seen_alone_and_starts_with_the_base()
    {
        var shares = Shares([0.6, 0.4]);
        Assert.Equal(0, shares.Next([0, 0]));
        long[] images = [0, 0];
        var order = new List<int>();
        for (var step = 0; step < 50; step++)
        {
            order.Add(shares.Next(images));
            images[order[^1]] += 32;
        }
        long[] again = [0, 0];
        Assert.All(order, stage =>
        {
            Assert.Equal(stage, Shares([0.6, 0.4]).Next(again));
            again[stage] += 32;
        });
        Assert.Contains(1, order);
    }

    [Fact]
    public void Training_counts_three_forward_passes_an_image()
    {
        Assert.Equal(3 * (100 * _cost[0] + 10 * _cost[1]), Shares(null).TrainingMultiplyAdds([100, 10]));
    }

    [Fact]
    public void By_default_the_base_gets_85_percent_and_the_others_the_rest_in_equal_parts()
    {
        Assert.Equal([0.3, 0.35, 0.35], SmallRun.Config.Training with { StageShares = null } is var training ? training.ResolveShares(3) : [], (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([1.0], SmallRun.Config.Training.ResolveShares(1));
    }

    private static ComputeShares Shares(double[]? shares) => new(_model, SmallRun.Config.Training with { StageShares = shares });

    private static long[] Walk(ComputeShares shares, int steps)
    {
        long[] images = [0, 0];
        for (var step = 0; step < steps; step++) images[shares.Next(images)] += 32;
        return images;
    }
}

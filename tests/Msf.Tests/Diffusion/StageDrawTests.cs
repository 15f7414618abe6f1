using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class StageDrawTests
{
    [Theory]
    [InlineData(1, new long[] { 8 })]
    [InlineData(3, new long[] { 3, 3, 2 })]
    [InlineData(8, new long[] { 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(9, new long[] { 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void The_parts_hold_every_image_once_in_order_and_are_even(int parts, long[] sizes)
    {
        using var scope = NewDisposeScope();
        var draw = Draw(withCondition: true) with { Augmentation = arange(72, ScalarType.Float32).reshape(8, 9) };
        var split = draw.Split(parts).ToArray();
        Assert.Equal(sizes, split.Select(part => part.Count));
        foreach (var member in new Func<StageDraw, Tensor>[] { d => d.Data, d => d.Noise, d => d.Time, d => d.Labels, d => d.Condition!, d => d.ConditionTime!, d => d.Augmentation! })
            Assert.True(TensorAssert.Identical(member(draw), cat([.. split.Select(member)])));
    }

    [Fact]
    public void The_base_has_no_condition_in_any_part()
    {
        using var scope = NewDisposeScope();
        Assert.All(Draw(withCondition: false).Split(4), part => Assert.True(part.Condition is null && part.ConditionTime is null && part.Augmentation is null));
    }

    [Fact]
    public void No_parts_at_all_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw(withCondition: false).Split(0));
    }

    [Fact]
    public void The_loss_of_the_whole_is_the_mean_of_the_parts_weighted_by_their_size()
    {
        using var scope = NewDisposeScope();
        var loss = new StageLoss(new DiffusionConfig(), 4);
        var draw = Draw(withCondition: true);
        float Of(StageDraw part) => loss.Compute((x, t, y, u, tU) => x * 0.3 + u!, part).Loss.item<float>();
        Assert.Equal(Of(draw), draw.Split(3).Sum(part => Of(part) * part.Count / 8), 1e-5);
    }

    private static StageDraw Draw(bool withCondition)
    {
        using var generator = new Generator(3);
        var data = randn([8, 3, 4, 4], generator: generator);
        return new StageLoss(new DiffusionConfig(), 4).Draw(data, arange(8, ScalarType.Int64).remainder(4), withCondition ? data * 0.5 : null, generator);
    }
}

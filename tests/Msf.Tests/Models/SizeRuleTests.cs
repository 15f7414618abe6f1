using Msf.Models;

namespace Msf.Tests.Models;

public sealed class SizeRuleTests
{
    // Base of patch 2 at half the size, residual of patch 4: multiples of 4.
    private static readonly ModelConfig _two = new()
    {
        Name = "two",
        Size = [32, 32],
        Classes = 1,
        Stages = [new() { PatchSize = 2, Width = 16, Depth = 1, Heads = 2 }, new() { PatchSize = 4, Width = 16, Depth = 1, Heads = 2 }],
    };

    [Fact]
    public void Sides_work_where_every_level_divides_into_patches()
    {
        var rule = new SizeRule(_two);
        Assert.Equal([4, 8, 12, 16, 20], Enumerable.Range(1, 21).Where(rule.Fits));
        Assert.Equal([36, 40], rule.Nearest(38));
        Assert.Equal([4], rule.Nearest(1));
        Assert.Equal([40], rule.Nearest(40));
        // Odd sizes are rounded up on the way down: 3 -> 2.
        var odd = new SizeRule(_two with { Stages = [_two.Stages[0], _two.Stages[1] with { PatchSize = 1 }] });
        Assert.Equal([3, 4, 7, 8], Enumerable.Range(1, 9).Where(odd.Fits));
        Assert.Equal([256, 288], new SizeRule(_two, factor: 8).Nearest(270));
    }

    [Theory]
    [InlineData(48, 24, null)]
    [InlineData(32, 50, "size 50x32 (width x height) does not divide into the model's 2 levels with patches of 2 and 4: for the width take 48 or 52")]
    [InlineData(41, 50, "size 50x41 (width x height) does not divide into the model's 2 levels with patches of 2 and 4: for the width take 48 or 52, for the height take 40 or 44")]
    [InlineData(0, 32, "size is 32x0 (width x height), expected sides of at least 1")]
    [InlineData(1024, 512, "size 512x1024 (width x height) gives stage 0 32,768 tokens, at most 16,384 are taken; choose a smaller size")]
    public void What_does_not_work_is_told_with_what_does(int height, int width, string? expected)
    {
        Assert.Equal(expected, new SizeRule(_two).Error(height, width));
    }

    [Fact]
    public void Latents_are_told_in_pixels_of_the_image()
    {
        var rule = new SizeRule(_two with { Size = [8, 8] }, factor: 8);
        Assert.Equal([12, 4], rule.Target(96, 32));
        Assert.Equal("size 100x64 (width x height) does not divide into the model's 2 levels with patches of 2 and 4 in latents 8 times smaller: for the width take 96 or 128", rule.Error(64, 100));
    }
}

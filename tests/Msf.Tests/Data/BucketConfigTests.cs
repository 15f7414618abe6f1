using Msf.Data;

namespace Msf.Tests.Data;

public sealed class BucketConfigTests
{
    [Fact]
    public void An_area_gives_the_largest_size_of_every_aspect_within_the_ratio_both_ways()
    {
        var sizes = new BucketConfig { Area = 1024, Step = 8, MaxRatio = 2 }.Resolve();
        Assert.Equal(["24x40", "32x32", "40x24"], sizes.Select(size => size.ToString()));
        var wide = new BucketConfig { Area = 1024, Step = 8, MaxRatio = 4 }.Resolve();
        Assert.Equal(["16x64", "16x56", "16x48", "24x40", "32x32", "40x24", "48x16", "56x16", "64x16"], wide.Select(size => size.ToString()));
        Assert.All(wide, size => Assert.True(size.Width * size.Height <= 1024 && size.Width % 8 == 0 && size.Height % 8 == 0));
        Assert.All(wide, size => Assert.Contains(new PixelSize(size.Height, size.Width), wide));
        Assert.Equal(["64x64"], new BucketConfig { Area = 4096, Step = 32, MaxRatio = 1.5 }.Resolve().Select(size => size.ToString()));
    }

    [Fact]
    public void A_list_is_height_and_width() =>
        Assert.Equal([new PixelSize(48, 24), new PixelSize(32, 32)], new BucketConfig { Sizes = [[24, 48], [32, 32], [24, 48]] }.Resolve());

    [Fact]
    public void Every_mistake_gets_one_line()
    {
        (BucketConfig Config, string Expected)[] cases =
        [
            (new(), "neither sizes nor area with step is given; give one"),
            (new() { Sizes = [[8, 8]], Area = 64, Step = 8 }, "sizes and area with step are two ways to say the same; give one"),
            (new() { Sizes = [] }, "sizes is empty, expected at least one [height, width]"),
            (new() { Sizes = [[8]] }, "sizes has [8], expected [height, width] of 1 to 8192 pixels"),
            (new() { Sizes = [[8, 0]] }, "sizes has [8, 0], expected [height, width] of 1 to 8192 pixels"),
            (new() { Area = 0, Step = 8 }, "area is 0 pixels, expected 1 to 67108864"),
            (new() { Area = 64 }, "area needs a step that all sides are multiples of; give step"),
            (new() { Area = 64, Step = 0 }, "step is 0, expected at least 1"),
            (new() { Area = 64, Step = 8, MaxRatio = 0.5 }, "maxRatio is 0.5, expected at least 1"),
            (new() { Area = 63, Step = 8 }, "no size has sides that are multiples of 8, an area of at most 63 and a ratio of at most 2; give a smaller step"),
            (new() { Area = 4096, Step = 1, MaxRatio = 4 }, "at most 64 are taken; give a larger step or a smaller ratio"),
        ];
        Assert.All(cases, sample => Assert.EndsWith(sample.Expected, Assert.Single(sample.Config.Validate()), StringComparison.Ordinal));
        Assert.Empty(new BucketConfig { Area = 4096, Step = 16 }.Validate());
    }
}

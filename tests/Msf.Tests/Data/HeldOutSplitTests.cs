using Msf.Data;

namespace Msf.Tests.Data;

public sealed class HeldOutSplitTests
{
    [Fact]
    public void Every_image_is_on_one_side_and_every_class_gives_its_share()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=8&count=200");
        var split = HeldOutSplit.Of(source, 0.2, null, seed: 3);
        Assert.Equal([10, 10, 10, 10], split.HeldOut.Classes.Select(c => c.Count));
        Assert.Equal(source.Count, split.Training.Count + split.HeldOut.Count);
        string[] names = [.. Names(split.Training), .. Names(split.HeldOut)];
        Assert.Equal(Enumerable.Range(0, source.Count).Select(source.NameAt).Order(), names.Order());
        Assert.Equal(split.HeldOut.LabelAt(4), split.HeldOut.Read(4).Label);
        Assert.Equal(Names(split.HeldOut), Names(HeldOutSplit.Of(source, 0.2, null, seed: 3).HeldOut));
        Assert.NotEqual(Names(split.HeldOut), Names(HeldOutSplit.Of(source, 0.2, null, seed: 4).HeldOut));
    }

    [Fact]
    public void What_belongs_together_stays_together()
    {
        using var source = new MixedSource([.. Enumerable.Repeat(new PixelSize(4, 4), 40)]);
        var split = HeldOutSplit.Of(source, 0.3, "^image ([0-9])", seed: 1);                  // by the first digit
        var (kept, held) = (Names(split.Training).Select(name => (name[6], name[^1] % 2)).ToHashSet(), Names(split.HeldOut).Select(name => (name[6], name[^1] % 2)).ToHashSet());
        Assert.Empty(kept.Intersect(held));
        Assert.NotEmpty(held);
    }

    [Fact]
    public void Where_nothing_can_be_held_out_it_is_said()
    {
        using var source = new MixedSource([.. Enumerable.Repeat(new PixelSize(4, 4), 2)]);
        Assert.Contains("none can be held out", Assert.Throws<ArgumentException>(() => HeldOutSplit.Of(source, 0.5, null, seed: 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HeldOutSplit.Of(source, 1, null, seed: 1));
    }

    private static string[] Names(ImageSubset source) => [.. Enumerable.Range(0, source.Count).Select(source.NameAt)];
}

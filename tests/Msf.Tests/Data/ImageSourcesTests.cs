using Msf.Data;

namespace Msf.Tests.Data;

public class ImageSourcesTests
{
    [Fact]
    public void An_unknown_source_is_told_what_is_accepted()
    {
        var e = Assert.Throws<FileNotFoundException>(() => ImageSources.Open("no-such-set"));
        foreach (var kind in new[] { "no-such-set", "sub-folder per class", "CIFAR-10", "IDX pair", "synthetic:shapes" })
            Assert.Contains(kind, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Files_and_folders_of_no_known_kind_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder.Root));
        File.WriteAllText(folder["a.csv"], "1,2");
        Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder["a.csv"]));
        PngFile.Write(folder["a.png"], Pictures.Plain(2, 2, 0, 0, 0));
        var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(folder["a.png"]));
        Assert.Contains("single image", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_subset_keeps_the_named_classes_of_any_source()
    {
        using var all = new SyntheticImageSource(16, count: 10);
        using var some = ImageSources.Open("synthetic:shapes?size=16&count=10", ["cross", "circle"]);
        Assert.Equal([new("cross", 2), new("circle", 3)], some.Classes);
        Assert.Equal([1, 0, 1, 0, 1], Enumerable.Range(0, some.Count).Select(some.LabelAt));    // images 0 3 4 7 8
        Assert.Equal(all.Read(7).Pixels, some.Read(3).Pixels);
        Assert.Equal((0, all.NameAt(7)), (some.Read(3).Label, some.NameAt(3)));
        Assert.Throws<ArgumentException>(() => ImageSources.Open("synthetic:shapes", ["star"]));
    }
}

using Msf.Data;
using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class ImageSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void An_archive_and_a_folder_give_the_images_that_were_written()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 5).Select(i => new RgbImage([.. Enumerable.Range(0, 3 * 2 * 4).Select(p => (byte)(40 * i + p))], 4, 2))];
        NpzFile.Write(_folder["samples.npz"], images, [0, 1, 0, 1, 1]);
        Directory.CreateDirectory(_folder["flat"]);
        for (var i = 0; i < images.Length; i++) PngFile.Write(_folder[$"flat/{i}.png"], images[i], new Dictionary<string, string> { ["msf:class"] = $"{i % 2}" });
        using var archive = new ArchiveImages(_folder["samples.npz"]);
        using var flat = new FolderImages(_folder["flat"]);
        Assert.Equal([0, 1, 0, 1, 1], archive.Labels);
        Assert.Equal([0, 1, 0, 1, 0], flat.Labels);
        foreach (var set in new IImageSet[] { archive, flat })
        {
            var batch = set.Read([3, 1], None);
            Assert.Equal((2, 2, 4), (batch.Count, batch.Height, batch.Width));
            Assert.Equal([images[3].Pixels, images[1].Pixels], batch.ToImages().Select(image => image.Pixels));
            Assert.Equal((byte)(120 + 3), batch.Levels[1]);                                   // red of the second pixel
        }
        Assert.Equal(2, new ArchiveImages(_folder["samples.npz"], most: 2).Count);
    }

    [Fact]
    public void Folders_of_classes_name_them_and_images_of_two_sizes_are_refused()
    {
        foreach (var (place, side) in new[] { ("cats/a.png", 4), ("dogs/b.png", 4), ("dogs/c.png", 5) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"samples/{place}"])!);
            PngFile.Write(_folder[$"samples/{place}"], new RgbImage(new byte[3 * side * side], side, side));
        }
        using var images = new FolderImages(_folder["samples"]);
        Assert.Equal(["cats", "dogs"], images.ClassNames);
        Assert.Equal([0, 1, 1], images.Labels);
        Assert.Contains("5 x 5", Assert.Throws<InvalidDataException>(() => images.Read([0, 1, 2], None)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains("holds no image files", Assert.Throws<InvalidDataException>(() => new FolderImages(_folder["empty"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_a_source_are_a_choice_that_the_seed_makes_in_the_sources_order()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=30");
        using var all = new SourceImages(source, 8, 100, seed: 1);
        using var some = new SourceImages(source, 8, 10, seed: 1);
        using var again = new SourceImages(source, 8, 10, seed: 1);
        Assert.Equal((30, 10), (all.Count, some.Count));
        Assert.Equal(Enumerable.Range(0, 30).Select(source.NameAt), Enumerable.Range(0, 30).Select(all.NameAt));
        string[] names = [.. Enumerable.Range(0, 10).Select(some.NameAt)];
        Assert.Equal(names, Enumerable.Range(0, 10).Select(again.NameAt));
        Assert.Equal(names.Order(new Places(source)), names);
        Assert.Equal(ImageResizer.Fit(source.Read(4).Image, 8).Pixels, all.Read([4], None).ToImages()[0].Pixels);
        Assert.Equal(source.LabelAt(4), all.Labels![4]);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Places(IImageSource source) : IComparer<string>
    {
        private readonly Dictionary<string, int> _places = Enumerable.Range(0, source.Count).ToDictionary(source.NameAt);

        public int Compare(string? x, string? y) => _places[x!].CompareTo(_places[y!]);
    }
}

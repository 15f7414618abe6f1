using Msf.Data;

namespace Msf.Tests.Data;

public sealed class ClassFolderImageSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Order_is_ordinal_and_stray_files_are_ignored()
    {
        Write("b/2.png", 20);
        Write("b/10.PNG", 10);
        Write("B/x.png", 30);
        Write("a_/y.png", 40);
        File.WriteAllText(_folder["README.txt"], "not a class");
        File.WriteAllText(_folder["b/notes.txt"], "not an image");
        Directory.CreateDirectory(_folder[".git"]);
        using var source = ImageSources.Open(_folder.Root);
        Assert.Equal([new("B", 1), new("a_", 1), new("b", 2)], source.Classes);
        Assert.Equal(["B/x.png", "a_/y.png", "b/10.PNG", "b/2.png"], Enumerable.Range(0, source.Count).Select(source.NameAt));
        Assert.Equal([0, 1, 2, 2], Enumerable.Range(0, 4).Select(i => source.Read(i).Label));
        Assert.Equal([30, 40, 10, 20], Enumerable.Range(0, 4).Select(i => (int)source.Read(i).Pixels[0]));
    }

    [Fact]
    public void Named_classes_are_kept_in_the_order_named()
    {
        Write("a/1.png", 1);
        Write("b/1.png", 2);
        Write("c/1.png", 3);
        Directory.CreateDirectory(_folder["empty"]);
        using var source = ImageSources.Open(_folder.Root, ["c", "a"]);
        Assert.Equal([new("c", 1), new("a", 1)], source.Classes);
        Assert.Equal([3, 1], Enumerable.Range(0, 2).Select(i => (int)source.Read(i).Pixels[0]));
        var e = Assert.Throws<ArgumentException>(() => ImageSources.Open(_folder.Root, ["d"]));
        Assert.Contains("a, b, c", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ImageSources.Open(_folder.Root, ["a", "a"]));
        Assert.Throws<ArgumentException>(() => ImageSources.Open(_folder.Root, []));
    }

    [Fact]
    public void An_empty_class_is_refused_and_a_split_folder_points_further_down()
    {
        Write("train/cat/1.png", 1);
        var split = Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder.Root));
        Assert.Contains($"did you mean {_folder["train"]}", split.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["train/dog"]);
        var empty = Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder["train"]));
        Assert.Contains("class folder dog", empty.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_image_is_named_when_it_is_read()
    {
        Write("a/1.png", 1);
        File.WriteAllText(_folder["a/2.png"], "no image");
        using var source = ImageSources.Open(_folder.Root);
        Assert.Equal(2, source.Count);
        var e = Assert.Throws<InvalidDataException>(() => source.Read(1));
        Assert.Contains("a/2.png", e.Message, StringComparison.Ordinal);
    }

    private void Write(string name, byte level) => PngFile.Write(_folder[name], Pictures.Plain(3, 3, level, level, level));
}

using Msf.Data;

namespace Msf.Server.Tests.Gallery;

/// <summary>Images on disk.</summary>
public sealed class ImageGalleryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-gallery-");

    [Fact]
    public void Images_are_there_after_a_restart_and_what_a_kill_left_is_not()
    {
        var gallery = Open();
        string[] ids = [.. Enumerable.Range(0, 5).Select(i => gallery.Add([(byte)i]))];
        File.WriteAllText(Path.Combine(_folder.FullName, $"{ids[0]}.png.tmp-0123abcd"), "half");
        File.WriteAllText(Path.Combine(_folder.FullName, "holiday.png"), "not ours");
        File.WriteAllText(Path.Combine(_folder.FullName, "bases", "0123456789abcdef0123456789.png"), "of an image that was never written");
        var again = Open();
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.FullName, "bases")));
        Assert.Equal(ids.Reverse(), again.List(null, 10));
        Assert.Equal([3], again.Read(ids[3])!);
        Assert.Equal(5, again.Count);
    }

    [Fact]
    public void Pages_follow_each_other_also_when_an_image_goes()
    {
        var gallery = Open();
        string[] ids = [.. Enumerable.Range(0, 5).Select(i => gallery.Add([(byte)i]))];
        var page = gallery.List(null, 2);
        Assert.Equal([ids[4], ids[3]], page);
        Assert.True(gallery.Delete(ids[3]));
        Assert.False(gallery.Delete(ids[3]));
        Assert.Null(gallery.Read(ids[3]));
        Assert.Equal([ids[2], ids[1]], gallery.List(page[^1], 2));
        Assert.Empty(gallery.List(ids[0], 2));
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        var gallery = Open(most: 3);
        string[] ids = [.. Enumerable.Range(0, 5).Select(i => gallery.Add([(byte)i], [(byte)(i + 100)]))];
        Assert.Equal([ids[4], ids[3], ids[2]], gallery.List(null, 10));
        Assert.Equal([104], gallery.ReadBase(ids[4])!);
        Assert.True(gallery.Delete(ids[2]) && !gallery.HasBase(ids[2]));
        Assert.Equal((2, 2), (Directory.GetFiles(_folder.FullName).Length, Directory.GetFiles(Path.Combine(_folder.FullName, "bases")).Length));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("holiday")]
    [InlineData("0123456789abcdef0123456789\n")]
    [InlineData("0123456789ABCDEF0123456789")]
    public void No_other_text_is_a_name(string id)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "holiday.png"), "not ours");
        var gallery = Open();
        Assert.Null(gallery.Read(id));
        Assert.False(gallery.Delete(id));
    }

    [Fact]
    public void Names_are_in_the_order_of_time_and_tell_it()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);
        var ids = Enumerable.Range(0, 100).Select(i => GalleryId.New(now + TimeSpan.FromMilliseconds(i / 10))).ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.True(GalleryId.IsId(id)));
        Assert.Equal(now, GalleryId.Created(ids[0]));
    }

    [Fact]
    public void A_file_carries_its_settings()
    {
        var settings = Engine.QueuedJobs.Of("a", "k", 3, 1).Settings with { Classes = ["Ümlaut", null], Strength = 0.25, BaseIndex = 4 };
        var text = new ImageText(JobKind.Variations, 2, settings);
        var file = text.Encode(new RgbImage(new byte[3 * 4], 2, 2));
        var read = ImageText.Read(file, "file")!;
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(text, ServerJson.Options), System.Text.Json.JsonSerializer.Serialize(read, ServerJson.Options));
        Assert.Equal(file, text.Encode(new RgbImage(new byte[3 * 4], 2, 2)));
        Assert.Null(ImageText.Read(PngFile.Encode(new RgbImage(new byte[3 * 4], 2, 2)), "file"));
        Assert.Throws<InvalidDataException>(() => ImageText.Read([1, 2, 3], "file"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ImageGallery Open(int most = 100) => new(_folder.FullName, most, TimeProvider.System);
}

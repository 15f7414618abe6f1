using System.Security.Cryptography;
using Msf.Data;

namespace Msf.Tests.Data;

public class SyntheticImageSourceTests
{
    [Fact]
    public void Options_are_read_and_classes_counted()
    {
        using var source = ImageSources.Open("synthetic:shapes?size=16&count=10&seed=-3");
        Assert.Equal([new("circle", 3), new("square", 3), new("triangle", 2), new("cross", 2)], source.Classes);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3, 0, 1], Enumerable.Range(0, 10).Select(source.LabelAt));
        Assert.Equal("synthetic:shapes?size=16&count=10&seed=-3", source.Name);
        Assert.Equal((16, 16), (source.Read(9).Width, source.Read(9).Height));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(10));
    }

    [Theory]
    [InlineData("synthetic:shapes?size=4")]
    [InlineData("synthetic:shapes?colour=4")]
    [InlineData("synthetic:shapes?size")]
    [InlineData("synthetic:shapes?count=0")]
    [InlineData("synthetic:faces")]
    public void Unknown_names_and_options_are_refused(string name) => Assert.Throws<ArgumentException>(() => ImageSources.Open(name));

    [Fact]
    public void An_image_depends_on_seed_and_index_alone()
    {
        using var small = new SyntheticImageSource(16, count: 8, seed: 1);
        using var large = new SyntheticImageSource(16, count: 800, seed: 1);
        using var other = new SyntheticImageSource(16, count: 8, seed: 2);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(small.Read(i).Pixels, large.Read(i).Pixels);
            Assert.NotEqual(small.Read(i).Pixels, other.Read(i).Pixels);
        }
        var digests = Enumerable.Range(0, 800).Select(i => Convert.ToHexString(SHA256.HashData(large.Read(i).Pixels)));
        Assert.Equal(800, digests.Distinct().Count());
    }

    [Fact]
    public void Shapes_stand_out_and_differ_in_area()
    {
        // Share of pixels that are not ground, relative to the square around the shape: pi/4, 0.85^2, about 0.4, and 0.51.
        using var source = new SyntheticImageSource(64, count: 400);
        var darkest = Enumerable.Range(0, 400).Select(i => source.Read(i).Pixels.Min()).Max();
        Assert.InRange(darkest, 0, 50);
        var painted = new double[4];
        for (var i = 0; i < 400; i++)
        {
            var image = source.Read(i);
            var corner = (image.Pixels[0], image.Pixels[1], image.Pixels[2]);
            for (var p = 0; p < image.Pixels.Length; p += 3)
                if ((image.Pixels[p], image.Pixels[p + 1], image.Pixels[p + 2]) != corner) painted[image.Label]++;
        }
        Assert.True(painted[0] > painted[1] && painted[1] > painted[3] && painted[3] > painted[2], string.Join(' ', painted));
    }
}

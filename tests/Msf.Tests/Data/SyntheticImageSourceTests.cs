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
    public void Shapes_have_the_area_that_geometry_gives_them()
    {
        // One generator state is one place, extent and colour, so only the shape differs. Areas in squares of the radius.
        double[] areas = [Math.PI, 1.7 * 1.7, 1.85 * 1.85 / 2, 2 * 2 * 0.6 - 0.36];
        for (ulong state = 0; state < 10; state++)
        {
            var painted = Enum.GetValues<Shape>().Select(shape => Painted(ShapePainter.Paint(shape, 64, new SplitMix64(state)))).ToArray();
            for (var i = 1; i < 4; i++) Assert.Equal(areas[i] / areas[0], painted[i] / painted[0], 0.02);
        }
    }

    [Fact]
    public void Every_drawing_stands_out_from_its_ground()
    {
        using var source = new SyntheticImageSource(16, count: 400);
        Assert.All(Enumerable.Range(0, 400), i => Assert.InRange(source.Read(i).Pixels.Min(), 0, 50));
    }

    // How much darker than its corner the image is, in the channel where paint and ground differ most.
    private static double Painted(RgbImage image) => Enumerable.Range(0, 3)
        .Select(channel => image.Pixels.Where((_, i) => i % 3 == channel).Sum(value => (double)image.Pixels[channel] - value)).Max();
}

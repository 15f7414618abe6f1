using System.Xml.Linq;
using Msf.Data;
using Msf.Evaluation;
using SkiaSharp;

namespace Msf.Tests.Evaluation;

public sealed class PlotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static Plot Sample => new(
        "title", new PlotAxis("cost", Logarithmic: true), new PlotAxis("distance"),
        [new PlotSeries("one", [(1, 10, 1), (10, 5, 0), (100, 2, 0)]), new PlotSeries("others", [(5, 9, 0), (0, 3, 0), (7, double.NaN, 0)]) { Joined = false }]);

    [Fact]
    public void It_is_a_picture_with_the_colours_of_its_series()
    {
        Sample.WritePng(_folder["a.png"]);
        var image = ImageDecoder.Decode(_folder["a.png"]);
        Assert.Equal((960, 600), (image.Width, image.Height));
        var blue = image.Pixels.Chunk(3).Count(pixel => pixel is [0x1f, 0x77, 0xb4]);
        Assert.InRange(blue, 500, 20_000);
    }

    [Fact]
    public void A_machine_without_fonts_reads_it_too()
    {
        int Ink(Plot plot)
        {
            using var bitmap = new SKBitmap(960, 600);
            using var canvas = new SKCanvas(bitmap);
            plot.Draw(canvas, SKTypeface.Empty);
            return bitmap.Pixels.Count(pixel => pixel is { Red: < 0x80, Green: < 0x80, Blue: < 0x80 });
        }
        var title = Ink(Sample) - Ink(Sample with { Title = "" });
        Assert.InRange(title, 50, 1000);
        const string all = "0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        Assert.True(Ink(Sample with { Title = all }) - Ink(Sample with { Title = all[..20] }) > 5 * title / 2);
    }

    [Fact]
    public void As_SVG_every_point_that_has_a_place_is_there()
    {
        Sample.WriteSvg(_folder["a.svg"]);
        var shapes = XDocument.Load(_folder["a.svg"]).Descendants().Select(element => element.Name.LocalName).ToList();
        Assert.True(shapes.Count(name => name is "circle" or "ellipse") == 4 + 2, string.Join(" ", shapes));   // and two in the legend
    }

    [Theory]
    [InlineData(false, 0.0, 10.0, new[] { 0.0, 2, 4, 6, 8, 10 })]
    [InlineData(true, 0.0, 2.0, new[] { 1.0, 3, 10, 30, 100 })]
    [InlineData(true, 1.0, 1.1, new[] { 10.0, 10.5, 11, 11.5, 12, 12.5 })]
    public void Ticks_are_round_numbers(bool logarithmic, double least, double most, double[] expected)
    {
        var axis = new PlotAxis("", logarithmic);
        Assert.Equal(expected, axis.Ticks(least, most).Select(tick => double.Parse(tick.Text, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Nothing_and_one_value_have_an_axis_too()
    {
        foreach (var values in new double[][] { [], [0], [5], [-1, double.NaN] })
            foreach (var axis in new[] { new PlotAxis(""), new PlotAxis("", Logarithmic: true) })
            {
                var (least, most) = axis.Range(values);
                Assert.True(least < most);
                Assert.InRange(axis.Ticks(least, most).Count, 1, 20);
            }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_legend_goes_where_it_hides_least()
    {
        var (field, size) = (SKRect.Create(0, 0, 100, 100), new SKSize(40, 20));
        SKRect At(params SKPoint[] drawn) => PlotLegend.Place(field, size, drawn);
        Assert.Equal(SKRect.Create(60, 0, 40, 20), At());
        Assert.Equal(SKRect.Create(0, 80, 40, 20), At(new SKPoint(90, 5)));
        Assert.Equal(SKRect.Create(0, 0, 40, 20), At(new SKPoint(90, 5), new SKPoint(5, 95)));
        Assert.Equal(SKRect.Create(60, 80, 40, 20), At(new SKPoint(90, 5), new SKPoint(5, 95), new SKPoint(5, 5)));
        Assert.Equal(SKRect.Create(60, 0, 40, 20), At(new SKPoint(90, 5), new SKPoint(5, 95), new SKPoint(5, 5), new SKPoint(90, 95), new SKPoint(50, 50)));
        var places = PlotLegend.Drawn(new PlotSeries("a", [(0, 0, 0), (10, 5, 1)]), (x, y) => new SKPoint((float)x, (float)y), _ => true).ToArray();
        Assert.Contains(new SKPoint(5, 2.5f), places);
        Assert.Contains(new SKPoint(10, 6), places);
    }
}

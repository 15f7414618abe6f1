using Msf.Runtime;
using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>A plot of series over two axes, as PNG or SVG.</summary>
/// <param name="Title">Stands above it.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">What it shows; values that an axis has no place for are left out.</param>
public sealed record Plot(string Title, PlotAxis X, PlotAxis Y, IReadOnlyList<PlotSeries> Series)
{
    private const int Width = 960, Height = 600;
    private const float Left = 84, Right = 24, Top = 52, Bottom = 64, LegendRow = 20;

    private static readonly SKColor[] _colors =
    [
        new(0x1f, 0x77, 0xb4), new(0xd6, 0x27, 0x28), new(0x2c, 0xa0, 0x2c), new(0x94, 0x67, 0xbd), new(0xff, 0x7f, 0x0e), new(0x17, 0xbe, 0xcf), new(0x8c, 0x56, 0x4b), new(0xe3, 0x77, 0xc2),
    ];

    /// <summary>Writes it as an image, which appears complete or not at all.</summary>
    /// <param name="path">The .png file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void WritePng(string path)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height)) ?? throw new IOException($"{path}: no memory for a picture of {Width} x {Height}.");
        Draw(surface.Canvas, PlotFont.Typeface);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(path, data.SaveTo);
    }

    /// <summary>Writes it as SVG, which appears complete or not at all.</summary>
    /// <param name="path">The .svg file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void WriteSvg(string path) => AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(ToSvg(PlotTheme.Light))));

    /// <summary>The plot as the text of an SVG document.</summary>
    /// <param name="theme">Its colours.</param>
    public string ToSvg(PlotTheme theme)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(Width, Height), stream)) Draw(canvas, PlotFont.Typeface, theme);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    // Apart from the machine's font for tests.
    internal void Draw(SKCanvas canvas, SKTypeface typeface, PlotTheme? colours = null)
    {
        var theme = colours ?? PlotTheme.Light;
        canvas.Clear(theme.Paper);
        var visible = Series.Select(series => series with { Points = [.. series.Points.Where(p => X.Takes(p.X) && Y.Takes(p.Y))] }).ToArray();
        var (fromX, toX) = X.Range(visible.SelectMany(series => series.Points).Select(p => p.X));
        var (fromY, toY) = Y.Range(visible.SelectMany(series => series.Points).SelectMany(p => new[] { p.Y - p.Error, p.Y, p.Y + p.Error }));
        float AtX(double place) => Left + (Width - Left - Right) * (float)((place - fromX) / (toX - fromX));
        float AtY(double place) => Height - Bottom - (Height - Top - Bottom) * (float)((place - fromY) / (toY - fromY));

        using var pen = new PlotPen(canvas, theme, typeface);
        foreach (var (place, text) in X.Ticks(fromX, toX))
        {
            pen.Line(AtX(place), Top, AtX(place), Height - Bottom, theme.Pale, 1);
            pen.Text(text, AtX(place), Height - Bottom + 20, SKTextAlign.Center);
        }
        foreach (var (place, text) in Y.Ticks(fromY, toY))
        {
            pen.Line(Left, AtY(place), Width - Right, AtY(place), theme.Pale, 1);
            pen.Text(text, Left - 8, AtY(place) + 5, SKTextAlign.Right);
        }
        pen.Line(Left, Height - Bottom, Width - Right, Height - Bottom, theme.Ink, 1.5f);
        pen.Line(Left, Top, Left, Height - Bottom, theme.Ink, 1.5f);
        pen.Title(Title, Left, 32);
        pen.Text(X.Label, (Left + Width - Right) / 2, Height - 16, SKTextAlign.Center);
        pen.Upwards(Y.Label, 22, (Top + Height - Bottom) / 2);
        for (var i = 0; i < visible.Length; i++) Draw(pen, visible[i], visible[i].Joined ? _colors[i % _colors.Length] : _colors[i % _colors.Length].WithAlpha(theme.Faint), AtX, AtY);
        Legend(pen, theme, visible.SelectMany(series => PlotLegend.Drawn(series, (x, y) => new SKPoint(AtX(X.Place(x)), AtY(Y.Place(y))), Y.Takes)));
    }

    private void Draw(PlotPen pen, PlotSeries series, SKColor color, Func<double, float> atX, Func<double, float> atY)
    {
        SKPoint? last = null;
        foreach (var (x, y, error) in series.Points)
        {
            var point = new SKPoint(atX(X.Place(x)), atY(Y.Place(y)));
            if (error > 0 && Y.Takes(y - error)) pen.Line(point.X, atY(Y.Place(y - error)), point.X, atY(Y.Place(y + error)), color, 1);
            if (series.Joined && last is { } from) pen.Line(from.X, from.Y, point.X, point.Y, color, 2);
            pen.Dot(point, series.Joined ? 4 : 3, color);
            last = point;
        }
    }

    private void Legend(PlotPen pen, PlotTheme theme, IEnumerable<SKPoint> drawn)
    {
        var size = new SKSize(Series.Count == 0 ? 0 : Series.Max(series => pen.Measure(series.Name)) + 34, LegendRow * Series.Count + 8);
        var box = PlotLegend.Place(SKRect.Create(Left + 6, Top + 6, Width - Left - Right - 12, Height - Top - Bottom - 12), size, drawn);
        pen.Box(box);
        for (var i = 0; i < Series.Count; i++)
        {
            var (y, color) = (box.Top + 18 + LegendRow * i, _colors[i % _colors.Length]);
            pen.Dot(new SKPoint(box.Left + 14, y - 5), Series[i].Joined ? 4 : 3, Series[i].Joined ? color : color.WithAlpha(theme.Faint));
            pen.Text(Series[i].Name, box.Left + 26, y, SKTextAlign.Left);
        }
    }
}

using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>Finds the corner of a plot where a legend hides least.</summary>
internal static class PlotLegend
{
    private const int Between = 24;                                                           // places looked at on a line

    /// <summary>Where the legend goes: the corner with the least drawn in it, of equals the upper right one first, where curves of distance against cost are not.</summary>
    /// <param name="field">The room that it may take.</param>
    /// <param name="size">Its size.</param>
    /// <param name="drawn">Places that are drawn at.</param>
    internal static SKRect Place(SKRect field, SKSize size, IEnumerable<SKPoint> drawn)
    {
        SKRect At(float left, float top) => SKRect.Create(left, top, size.Width, size.Height);
        var (right, bottom) = (field.Right - size.Width, field.Bottom - size.Height);
        SKRect[] corners = [At(right, field.Top), At(field.Left, bottom), At(field.Left, field.Top), At(right, bottom)];
        var places = drawn.ToArray();
        return corners.MinBy(corner => places.Count(corner.Contains));
    }

    /// <summary>Places that a series is drawn at: its points, their errors, and what lies between where they are joined.</summary>
    /// <param name="series">The series.</param>
    /// <param name="at">Where a value is.</param>
    /// <param name="takes">Whether the vertical axis has a place for a value.</param>
    internal static IEnumerable<SKPoint> Drawn(PlotSeries series, Func<double, double, SKPoint> at, Func<double, bool> takes)
    {
        SKPoint? last = null;
        foreach (var (x, y, error) in series.Points)
        {
            var point = at(x, y);
            var ends = error > 0 && takes(y - error) ? Line(at(x, y - error), at(x, y + error)) : [point];
            foreach (var place in ends.Concat(series.Joined && last is { } from ? Line(from, point) : [])) yield return place;
            last = point;
        }
    }

    private static IEnumerable<SKPoint> Line(SKPoint from, SKPoint to) =>
        Enumerable.Range(0, Between + 1).Select(i => new SKPoint(from.X + (to.X - from.X) * i / Between, from.Y + (to.Y - from.Y) * i / Between));
}

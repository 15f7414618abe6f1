using System.Globalization;
using System.Text;

namespace Msf.Training;

/// <summary>Draws the loss of every stage over the images seen as an SVG element; the loss axis is logarithmic.</summary>
internal static class LossChart
{
    private const int MostPoints = 600;
    private const double Width = 720, Height = 280, Left = 60, Right = 12, Top = 12, Bottom = 34;
    private static readonly string[] _colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf"];

    /// <param name="lines">Metrics in the order written. Lines whose loss is not above 0 are left out: they have no place on the axis.</param>
    /// <returns>One <c>svg</c> element, or a sentence when there are fewer than two points.</returns>
    public static string Draw(IReadOnlyList<MetricsLine> lines)
    {
        var points = lines.Where(line => line.Loss > 0 && double.IsFinite(line.Loss.Value))
            .Select(line => (line.Stage, line.Images, Loss: line.Loss!.Value)).ToArray();
        if (points.Length < 2) return "<p>The curves begin with the second line of metrics.</p>";
        var (least, most) = (Math.Log10(points.Min(p => p.Loss)), Math.Log10(points.Max(p => p.Loss)));
        if (most - least < 0.05) (least, most) = (least - 0.05, most + 0.05);
        var last = Math.Max(1, points.Max(p => p.Images));
        double X(long images) => Left + (Width - Left - Right) * images / last;
        double Y(double log) => Top + (Height - Top - Bottom) * (most - log) / (most - least);

        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"loss of every stage over images\">"));
        for (var tick = 0; tick <= 4; tick++)
        {
            var log = least + (most - least) * tick / 4;
            svg.Append(Invariant($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(log):F1}\" y2=\"{Y(log):F1}\" stroke=\"#ddd\"/>"));
            svg.Append(Invariant($"<text x=\"{Left - 6}\" y=\"{Y(log) + 4:F1}\" text-anchor=\"end\">{Math.Pow(10, log):G3}</text>"));
            var images = last * tick / 4;
            svg.Append(Invariant($"<text x=\"{X(images):F1}\" y=\"{Height - 12}\" text-anchor=\"middle\">{images:N0}</text>"));
        }
        foreach (var stage in points.GroupBy(p => p.Stage).OrderBy(group => group.Key))
        {
            var path = Thin([.. stage]).Select(p => Invariant($"{X(p.Images):F1},{Y(Math.Log10(p.Loss)):F1}"));
            var color = _colors[stage.Key % _colors.Length];
            svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\" points=\"{string.Join(' ', path)}\"/>"));
            var height = Top + 14 + 16 * stage.Key;
            svg.Append(Invariant($"<text x=\"{Width - Right - 6}\" y=\"{height}\" text-anchor=\"end\" fill=\"{color}\">stage {stage.Key}: {stage.Last().Loss:F4}</text>"));
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>At most <see cref="MostPoints"/> points, evenly chosen, the last one included.</summary>
    private static IEnumerable<T> Thin<T>(T[] points)
    {
        var count = Math.Min(points.Length, MostPoints);
        return Enumerable.Range(1, count).Select(i => points[(int)((long)i * points.Length / count) - 1]);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

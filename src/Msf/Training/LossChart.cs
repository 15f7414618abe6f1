using System.Globalization;
using System.Text;

namespace Msf.Training;

/// <summary>Draws losses over the images seen as an SVG element; the loss axis is logarithmic.</summary>
internal static class LossChart
{
    private const int MostPoints = 600;
    private const double Width = 720, Height = 280, Left = 60, Right = 130, Top = 12, Bottom = 34;

    /// <param name="curves">The curves, in the order of the legend.</param>
    /// <param name="label">What they show, for those who cannot see it.</param>
    /// <returns>One <c>svg</c> element, or a sentence when there are fewer than two points.</returns>
    public static string Draw(IReadOnlyList<LossSeries> curves, string label)
    {
        var points = curves.SelectMany(curve => curve.Points).ToArray();
        if (points.Length < 2) return "<p>The curves begin with the second line of metrics.</p>";
        var (least, most) = (Math.Log10(points.Min(p => p.Loss)), Math.Log10(points.Max(p => p.Loss)));
        if (most - least < 0.05) (least, most) = (least - 0.05, most + 0.05);
        var last = Math.Max(1, points.Max(p => p.Images));
        double X(long images) => Left + (Width - Left - Right) * images / last;
        double Y(double log) => Top + (Height - Top - Bottom) * (most - log) / (most - least);

        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"{label}\">"));
        for (var tick = 0; tick <= 4; tick++)
        {
            var log = least + (most - least) * tick / 4;
            svg.Append(Invariant($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(log):F1}\" y2=\"{Y(log):F1}\" stroke=\"#ddd\"/>"));
            svg.Append(Invariant($"<text x=\"{Left - 6}\" y=\"{Y(log) + 4:F1}\" text-anchor=\"end\">{Math.Pow(10, log):G3}</text>"));
            var images = last * tick / 4;
            svg.Append(Invariant($"<text x=\"{X(images):F1}\" y=\"{Height - 12}\" text-anchor=\"middle\">{images:N0}</text>"));
        }
        for (var i = 0; i < curves.Count; i++)
        {
            var (name, color, curve) = curves[i];
            var path = Thin(curve).Select(p => Invariant($"{X(p.Images):F1},{Y(Math.Log10(p.Loss)):F1}"));
            svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\" points=\"{string.Join(' ', path)}\"/>"));
            svg.Append(Invariant($"<text x=\"{Width - Right + 10}\" y=\"{Top + 10 + 16 * i}\" fill=\"{color}\">{name}: {curve[^1].Loss:F4}</text>"));
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>At most <see cref="MostPoints"/> points, evenly chosen, the last one included.</summary>
    private static IEnumerable<(long Images, double Loss)> Thin(IReadOnlyList<(long Images, double Loss)> points)
    {
        var count = Math.Min(points.Count, MostPoints);
        return Enumerable.Range(1, count).Select(i => points[(int)((long)i * points.Count / count) - 1]);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

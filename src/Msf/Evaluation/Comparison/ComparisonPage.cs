using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>A comparison's <c>report.html</c>: verdict, plots, tables and configuration in one file without scripts that needs nothing else.</summary>
internal sealed class ComparisonPage(ComparisonReport report)
{
    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; }
        img { width: 100%; height: auto; background: #fff; border-radius: 6px; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #8886; white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
        pre { overflow: auto; padding: 1rem; background: #8882; border-radius: 6px; font-size: .85rem; }
        """;

    private readonly StringBuilder _html = new();

    /// <summary>The page.</summary>
    public string Compose()
    {
        var title = WebUtility.HtmlEncode(report.Config.Name);
        Line("<!doctype html>").Line("<html lang=\"en\">").Line("<head>").Line("<meta charset=\"utf-8\">").Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        Line($"<title>{title}</title>").Line($"<style>\n{Style}\n</style>").Line("</head>").Line("<body>").Line($"<h1>{title}</h1>");
        Line(Invariant($"<p>{report.Arms.Length} arms, {report.Config.TrainingCost:G4} T multiply-adds of training each; {report.Config.Measures.Samples:N0} samples a measurement.</p>"));
        Line("<h2>Verdict</h2>");
        if (report.Verdict.Length == 0) Line("<p>There are not two arms to compare yet.</p>");
        foreach (var words in report.Verdict) Line($"<p>{WebUtility.HtmlEncode(words)}</p>");
        if (report.Missing.Length > 0) Line($"<p>Not measured yet: {WebUtility.HtmlEncode(string.Join("; ", report.Missing))}.</p>");
        foreach (var (name, plot) in ComparisonPlots.Of(report)) Picture(name, plot);
        EndOfTraining();
        Contests();
        Sampling();
        Line("<h2>Again</h2>").Line($"<pre>{WebUtility.HtmlEncode(report.Command)}</pre>");
        Line($"<p>{WebUtility.HtmlEncode(report.Program)}, {WebUtility.HtmlEncode(report.Machine)}, {report.Threads} threads.</p>");
        Line($"<pre>{WebUtility.HtmlEncode(JsonSerializer.Serialize(report.Config, JsonFormat.Indented))}</pre>").Line("</body>").Line("</html>");
        return _html.ToString();
    }

    private void EndOfTraining()
    {
        Line("<h2>At the end of training</h2>");
        Line("<p>Under the common budget, each seed with its best guidance scale; mean and standard error over seeds.</p>");
        Table(
            ["arm", "Frechet distance", "KID x 1,000", "seeds", "guidance", "images of every stage", "parameters, M", "G an image", "ms an image"],
            report.Arms.Select(arm => (string[])
            [
                arm.Name, Number(arm.End.Distance, 1), arm.End.KernelDistance is { } kid ? Number(kid, 1000) : "", Invariant($"{arm.Seeds.Length}"), string.Join(", ", arm.Guidance.Distinct().Order().Select(g => Invariant($"{g}"))),
                string.Join(" + ", arm.ImagesPerStage.Select(n => Invariant($"{n:N0}"))), Invariant($"{arm.Parameters / 1e6:F2}"), Invariant($"{arm.End.SamplingMultiplyAdds / 1e9:F2}"), Invariant($"{1e3 * arm.End.SecondsPerImage:F1}"),
            ]));
    }

    private void Contests()
    {
        if (report.Contests.Length == 0) return;
        Line("<h2>At equal quality</h2>");
        Line("<p>How many times less training and sampling cost brings the first to where the second ends; a dash where it does not get there.</p>");
        Table(
            ["arm", "against", "better by", "p (Welch)", "training", "sampling"],
            report.Contests.Select(c => (string[])
            [
                c.Name, c.Rival, Invariant($"{c.Difference:F2}") + (c.StandardError is { } e ? Invariant($" ± {e:F2}") : ""), c.Probability is { } p ? Invariant($"{p:G2}") : "", Ratio(c.TrainingRatio, c.TrainingRatioIsBound), Ratio(c.SamplingRatio, c.SamplingRatioIsBound),
            ]));
    }

    private void Sampling()
    {
        Line("<h2>Along the training, and under every budget</h2>");
        Table(
            ["arm", "T of training", "steps", "G an image", "ms an image", "Frechet distance"],
            report.Arms.SelectMany(arm => arm.Training.SkipLast(1).Concat(arm.Sampling).Select(p => (string[])
            [
                arm.Name, Invariant($"{p.TrainingMultiplyAdds / 1e12:F1}"), string.Join(" + ", p.Steps), Invariant($"{p.SamplingMultiplyAdds / 1e9:F2}"), Invariant($"{1e3 * p.SecondsPerImage:F1}"), Number(p.Distance, 1),
            ])));
    }

    private void Table(string[] head, IEnumerable<string[]> rows)
    {
        Line("<div class=\"scroll\"><table>").Line($"<tr>{string.Concat(head.Select(cell => $"<th>{WebUtility.HtmlEncode(cell)}</th>"))}</tr>");
        foreach (var row in rows) Line($"<tr>{string.Concat(row.Select(cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>"))}</tr>");
        Line("</table></div>");
    }

    private void Picture(string name, Plot plot)
    {
        var svg = Encoding.UTF8.GetBytes(plot.ToSvg(PlotTheme.Light));
        Line($"<h2>{WebUtility.HtmlEncode(plot.Title)}</h2>").Line($"<img alt=\"{WebUtility.HtmlEncode(name)}\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(svg)}\">");
    }

    private static string Number(MeanWithError value, double factor) =>
        value.StandardError is { } error ? Invariant($"{factor * value.Mean:F2} ± {factor * error:F2}") : Invariant($"{factor * value.Mean:F2}");

    private static string Ratio(double? ratio, bool isBound) => ratio is { } r ? Invariant($"{(isBound ? "≥ " : "")}{r:F2}") : "–";

    private ComparisonPage Line(string text)
    {
        _html.AppendLine(text);
        return this;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>A comparison's <c>report.html</c>: verdict, plots, tables and configuration in one file without scripts that needs nothing else, in the style of an evaluation's.</summary>
internal sealed class ComparisonPage(ComparisonReport report)
{
    private readonly ReportHtml _html = new();

    /// <summary>The page.</summary>
    public string Compose()
    {
        _html.Begin($"{report.Config.Name}: comparison", report.Config.Name);
        _html.Element("p", Invariant($"{report.Arms.Length} arms, {report.Config.TrainingCost:G4} T multiply-adds of training each; {report.Config.Measures.Samples:N0} samples a measurement."));
        _html.Element("h2", "Verdict");
        if (report.Verdict.Length == 0) _html.Element("p", "There are not two arms to compare yet.");
        foreach (var words in report.Verdict) _html.Element("p", words);
        if (report.Missing.Length > 0) _html.Element("p", $"Not measured yet: {string.Join("; ", report.Missing)}.", "class=\"warning\"");
        foreach (var (_, plot) in ComparisonPlots.Of(report)) _html.Element("h2", plot.Title).Plot(plot);
        EndOfTraining();
        Contests();
        Sampling();
        _html.Element("h2", "To get this again").Element("pre", report.Command);
        _html.Element("p", $"{report.Program}, {report.Machine}, {report.Threads} threads.", "class=\"soft\"");
        return _html.Element("pre", JsonSerializer.Serialize(report.Config, JsonFormat.Indented)).End();
    }

    private void EndOfTraining()
    {
        _html.Element("h2", "At the end of training").Element("p", "Under the common budget, each seed with its best guidance scale; mean and standard error over seeds.");
        _html.Table(
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
        _html.Element("h2", "At equal quality").Element("p", "How many times less training and sampling cost brings the first to where the second ends; a dash where it does not get there.");
        _html.Table(
            ["arm", "against", "better by", "p (Welch)", "training", "sampling"],
            report.Contests.Select(c => (string[])
            [
                c.Name, c.Rival, Invariant($"{c.Difference:F2}") + (c.StandardError is { } e ? Invariant($" ± {e:F2}") : ""), c.Probability is { } p ? Invariant($"{p:G2}") : "", Ratio(c.TrainingRatio, c.TrainingRatioIsBound), Ratio(c.SamplingRatio, c.SamplingRatioIsBound),
            ]));
    }

    private void Sampling()
    {
        _html.Element("h2", "Along the training, and under every budget");
        _html.Table(
            ["arm", "T of training", "steps", "G an image", "ms an image", "Frechet distance"],
            report.Arms.SelectMany(arm => arm.Training.SkipLast(1).Concat(arm.Sampling).Select(p => (string[])
            [
                arm.Name, Invariant($"{p.TrainingMultiplyAdds / 1e12:F1}"), string.Join(" + ", p.Steps), Invariant($"{p.SamplingMultiplyAdds / 1e9:F2}"), Invariant($"{1e3 * p.SecondsPerImage:F1}"), Number(p.Distance, 1),
            ])));
    }

    private static string Number(MeanWithError value, double factor) =>
        value.StandardError is { } error ? Invariant($"{factor * value.Mean:F2} ± {factor * error:F2}") : Invariant($"{factor * value.Mean:F2}");

    private static string Ratio(double? ratio, bool isBound) => ratio is { } r ? Invariant($"{(isBound ? "≥ " : "")}{r:F2}") : "–";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Writes <c>report.html</c>: one file without scripts, with all its pictures, that a browser opens from disk.</summary>
/// <param name="report">The figures.</param>
/// <param name="pictures">The pictures.</param>
internal sealed class ReportPage(EvaluationReport report, ReportPictures pictures)
{
    private readonly ReportHtml _html = new();

    /// <summary>Writes the page, complete or not at all.</summary>
    /// <param name="path">The .html file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string path)
    {
        var page = Compose();
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    private string Compose()
    {
        _html.Begin($"{report.Name}: evaluation", report.Name);
        _html.Element("p", Text($"{report.Count:N0} samples against {(report.Reference.Count is { } images ? $"{images:N0} images of " : "")}{report.Reference.Source}, in features of {report.Features.Name}; seed {report.Seed}, {report.Finished:yyyy-MM-dd HH:mm} UTC"));
        _html.Raw("<nav><a href=\"#samples\">Samples</a><a href=\"#classes\">Classes</a><a href=\"#neighbours\">Neighbours</a><a href=\"#bands\">Bands</a><a href=\"#again\">To get this again</a></nav>");
        Figures();
        Samples();
        Classes();
        Neighbours();
        Bands();
        Again();
        return _html.End();
    }

    private void Figures()
    {
        _html.Raw("<dl class=\"figures\">");
        foreach (var figure in Figure.Of(report.Metrics, report.Memorisation))
            _html.Raw($"<div><dt>{ReportHtml.Encode(figure.Name)}</dt><dd class=\"value\">{figure.Text}{(figure.Error.Length > 0 ? $" <small>± {figure.Error}</small>" : "")}</dd><dd class=\"soft\">{ReportHtml.Encode(figure.Meaning)}</dd></div>");
        _html.Raw("</dl>");
        _html.Element("p", "After ± stands the standard error over drawing the samples anew, with the data as it is. FID's is by bootstrap; at infinitely many samples it is that and the error of the line to there, together (the root of the sum of their squares), since the numbers of samples that the line goes through are all of one set. The Inception score's is from the spread of its parts; KID's from the spread of subsets of samples and data, counted as few as share no image, so that it is never too small; the others' is that of shares. Figures in other features, at other sizes or of other numbers of samples are other figures.", "class=\"soft\"");
        foreach (var left in report.Metrics.LeftOut) _html.Element("p", $"{left.Metric} is left out: {left.Why}.", "class=\"soft\"");
        if (ReportPlots.Extrapolation(report.Metrics) is { } plot) _html.Raw("<div class=\"plots\">").Plot(plot).Raw("</div>");
    }

    private void Samples() => _html.Heading("Samples", "samples").Picture(pictures.Sheet(), $"samples of {report.Name}", "The first ones: none was chosen.");

    private void Classes()
    {
        _html.Heading("Classes", "classes");
        if (report.Metrics.Classes is { } accuracies)
        {
            var known = report.Features.HeldOutAccuracy is { } own ? Text($" Of real images that it was not trained on, the classifier tells {100 * own:F1} % right.") : "";
            _html.Element("p", $"How often {report.Features.Name} sees the class that a sample was made for.{known}");
            _html.Table(
                ["class", "samples", "seen as such", "share", "most often mistaken for"],
                accuracies.Select(c => new[] { c.Name, Text($"{c.Count:N0}"), Text($"{c.Correct:N0}"), c.Accuracy is { } share ? Text($"{100 * share:F1} %") : "", c.MistakenFor ?? "" }));
        }
        _html.Raw("<div class=\"classes\">");
        var any = false;
        foreach (var (name, samples, data) in pictures.Classes())
        {
            any = true;
            _html.Raw("<section>").Element("h3", name).Picture(samples, $"samples of the class {name}", "samples");
            if (data is not null) _html.Picture(data, $"images of the data of the class {name}", "the data");
            _html.Raw("</section>");
        }
        _html.Raw("</div>");
        if (!any) _html.Element("p", "The samples have no classes.", "class=\"soft\"");
    }

    private void Neighbours()
    {
        _html.Heading("Nearest neighbours", "neighbours");
        if (pictures.Check is not { } check)
        {
            _html.Element("p", "There are no features of single images to look for neighbours in: the reference holds statistics alone.", "class=\"soft\"");
            return;
        }
        _html.Element("p", $"Does the model repeat what it was trained on? Left a sample, right the image of the data that is nearest to it. Distances are compared with those of {check.Report.ComparedWith}.");
        _html.Table(["space", "whose", "smallest", "1 % are below", "half are below", "samples nearer than 99 %", "than half"], [.. Row("features", check.Report.Features), .. check.Report.Pixels is { } pixels ? Row("pixels", pixels) : []]);
        _html.Raw("<div class=\"plots\">");
        var others = report.HeldOut is null ? "data, leaving itself out" : "held-out images";
        if (ReportPlots.Distances([.. check.Features.Select(pair => pair.Distance)], check.Others, others, "distance in features") is { } features) _html.Plot(features);
        if (ReportPlots.Distances([.. check.Pixels.Select(pair => pair.Distance)], check.OtherPixels, others, "distance in pixels, root mean square of 0 to 255") is { } levels) _html.Plot(levels);
        _html.Raw("</div>");
        Pairs("The closest pairs in features", check.Features, closest: true);
        if (check.Pixels.Length > 0) Pairs("The closest pairs in pixels", check.Pixels, closest: true);
        Pairs("The first samples, which are like any", check.Features, closest: false);
    }

    private static IEnumerable<string[]> Row(string space, MemorisationSpace of)
    {
        static string Number(double value) => Text($"{value:G4}");
        yield return [space, "samples", Number(of.Samples.Minimum), Number(of.Samples.FirstPercent), Number(of.Samples.Median), Text($"{100 * of.NearerThanFirstPercent:F1} %"), Text($"{100 * of.NearerThanMedian:F1} %")];
        yield return [space, "the others", Number(of.Others.Minimum), Number(of.Others.FirstPercent), Number(of.Others.Median), "1 %", "50 %"];
    }

    private void Pairs(string title, NeighbourPair[] near, bool closest)
    {
        var pairs = pictures.Pairs(near, closest).ToArray();
        if (pairs.Length == 0) return;                                                        // features without images
        _html.Element("h3", title).Raw("<div class=\"pairs\">");
        foreach (var (sample, image, name, pair) in pairs)
            _html.Raw($"<figure class=\"pair\"><span>{ReportHtml.Image(sample, Text($"sample {pair.Sample}"))}{ReportHtml.Image(image, name)}</span><figcaption>{Text($"{pair.Distance:G4}: sample {pair.Sample}, ")}{ReportHtml.Encode(name)}</figcaption></figure>");
        _html.Raw("</div>");
    }

    private void Bands()
    {
        _html.Heading("Bands", "bands");
        if (report.Metrics.Bands is not { } bands)
        {
            _html.Element("p", "Energies were not compared.", "class=\"soft\"");
            return;
        }
        _html.Element("p", "Where the model puts too much (above 0) or too little energy (below 0): by the components that it generates, and by frequency.");
        _html.Table(
            ["component", "data", "samples", "error", "±"],
            bands.Components.Select(band => new[] { band.Name, Text($"{band.Data:G4}"), Text($"{band.Samples:G4}"), Text($"{100 * band.Error:F1} %"), Text($"{100 * band.StandardError:F1} %") }));
        if (ReportPlots.Frequencies(report.Metrics) is { } plot) _html.Raw("<div class=\"plots\">").Plot(plot).Raw("</div>");
    }

    private void Again()
    {
        _html.Heading("To get this again", "again");
        if (report.Command.Length > 0) _html.Element("pre", report.Command);
        _html.Table([], Facts(), "facts");
        if (report.Sampling is { } sampling) _html.Element("h3", "Sampling").Element("pre", JsonSerializer.Serialize(sampling, JsonFormat.Indented));
        _html.Element("h3", "Measurement").Element("pre", JsonSerializer.Serialize(report.Options, JsonFormat.Line));
    }

    private IEnumerable<string[]> Facts()
    {
        if (report.Model is { } model)
        {
            yield return ["model", $"{model.Name}, {model.Precision}{(model.Images is { } images ? $", trained on {string.Join(" + ", images.Select(n => Text($"{n:N0}")))} images" : "")}"];
            yield return ["its weights", model.Digest];
        }
        foreach (var (what, set) in new[] { ("samples", report.Samples), ("data", report.Reference), ("held out", report.HeldOut) })
            if (set is not null) yield return [what, Text($"{set.Source}{(set.Count is { } count ? $", {count:N0} images" : "")}{(set.Size is [var h, var w] ? $" of {w} x {h} px" : "")}; {set.Resizing}; digest {set.Digest}")];
        yield return ["features", Text($"{report.Features.Name}, {report.Features.Width} features, {report.Features.Classes} classes; resized {report.Features.Resizing}; digest {report.Features.Digest}")];
        yield return ["batch size", Text($"{report.BatchSize}")];
        yield return ["machine", Text($"{report.Machine.Processor}; {report.Machine.Device}, {report.Machine.Threads} threads; {report.Machine.System}")];
        yield return ["program", $"{report.Machine.Program}, libtorch {report.Machine.Libtorch}"];
        yield return ["seconds", Text($"samples {report.Seconds.Samples:F1}, data {report.Seconds.Data:F1}, figures {report.Seconds.Metrics:F1}")];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>
/// Writes a run's <c>index.html</c>: where the run is, its loss curves, its sample sheets from the newest to the oldest, and its
/// configuration. One file without scripts that a browser opens from disk; while the run goes on, the page reloads itself.
/// </summary>
public sealed class RunPage
{
    private const int RefreshSeconds = 30;

    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; color: #222; background: #fff; }
        svg text { font-size: 12px; } svg { max-width: 100%; height: auto; } progress { width: 100%; }
        h3 { margin-bottom: 0; } .warning { color: #b00020; }
        figure { margin: 1em 0; } figure img { image-rendering: pixelated; width: 100%; max-width: 480px; } pre { overflow: auto; background: #f6f6f6; padding: 1em; }
        """;

    private readonly string _name, _configuration;
    private readonly long _length;
    private readonly RunFolder _run;

    /// <summary>Names the run.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="run">Its folder; must exist when the page is written.</param>
    public RunPage(RunConfig config, RunFolder run) : this(config.Model.Name, config.Training.MaxImages, JsonSerializer.Serialize(config, JsonFormat.Indented), run)
    {
    }

    /// <summary>Names a run of another kind.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">Its length in images.</param>
    /// <param name="configuration">Its configuration as text.</param>
    /// <param name="run">Its folder; must exist when the page is written.</param>
    internal RunPage(string name, long length, string configuration, RunFolder run) => (_name, _length, _configuration, _run) = (name, length, configuration, run);

    /// <summary>Writes the page from what the folder holds now; it replaces the old one as a whole.</summary>
    /// <param name="images">Images seen over all stages.</param>
    /// <param name="seconds">Seconds trained.</param>
    /// <param name="running">Whether the run goes on; a page of a run that does not is left to itself.</param>
    /// <exception cref="IOException">The page could not be written; the old one is as it was.</exception>
    public void Write(long images, double seconds, bool running)
    {
        var page = Compose(images, seconds, running);
        AtomicFile.Write(_run.Page, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    private string Compose(long images, double seconds, bool running)
    {
        var name = WebUtility.HtmlEncode(_name);
        var (length, lines) = (_length, MetricsLog.Read(_run.Metrics));
        var html = new StringBuilder();
        html.AppendLine("<!doctype html>").AppendLine("<html lang=\"en\">").AppendLine("<head>").AppendLine("<meta charset=\"utf-8\">");
        if (running) html.AppendLine(Invariant($"<meta http-equiv=\"refresh\" content=\"{RefreshSeconds}\">"));
        html.AppendLine($"<title>{name}</title>").AppendLine($"<style>\n{Style}\n</style>").AppendLine("</head>").AppendLine("<body>");
        html.AppendLine($"<h1>{name}</h1>");
        html.AppendLine(Invariant($"<p>{images:N0} of {length:N0} images, {Duration(seconds)} trained, {State(images, lines, running)}</p>"));
        html.AppendLine(Invariant($"<progress max=\"{length}\" value=\"{Math.Min(images, length)}\"></progress>"));
        foreach (var stage in lines.GroupBy(line => line.Stage).Where(stage => stage.Last().SkippedSteps > 0))
            html.AppendLine(Invariant($"<p class=\"warning\">Stage {stage.Key} has skipped {stage.Last().SkippedSteps:N0} steps whose loss or gradient was not finite.</p>"));
        html.AppendLine("<h2>Loss</h2>").AppendLine(LossChart.Draw(LossSeries.OfStages(lines), "loss of every stage over images"));
        if (LossSeries.OfParts(lines) is { Count: > 0 } parts) html.AppendLine("<h2>Parts of the loss</h2>").AppendLine(LossChart.Draw(parts, "parts of the loss over images"));
        else AppendTimes(html, lines);
        html.AppendLine("<h2>Samples</h2>");
        foreach (var sheet in Sheets()) html.AppendLine(sheet);
        html.AppendLine("<h2>Configuration</h2>");
        html.AppendLine($"<pre>{WebUtility.HtmlEncode(_configuration)}</pre>");
        return html.AppendLine("</body>").AppendLine("</html>").ToString();
    }

    private static void AppendTimes(StringBuilder html, IReadOnlyList<MetricsLine> lines)
    {
        html.AppendLine("<h2>Loss by time</h2>").AppendLine("<p>From noise (t = 0) to data (t = 1), in eighths.</p>");
        foreach (var stage in lines.Select(line => line.Stage).Distinct().Order())
            html.AppendLine(Invariant($"<h3>Stage {stage}</h3>")).AppendLine(LossChart.Draw(LossSeries.OfTimes(lines, stage), Invariant($"loss of stage {stage} by time over images")));
    }

    private string State(long images, IReadOnlyList<MetricsLine> lines, bool running)
    {
        if (!running) return images >= _length ? "finished." : "stopped; --resume goes on.";
        if (lines.Count == 0 || lines[^1].ImagesPerSecond <= 0) return "running.";
        var rate = lines[^1].ImagesPerSecond;
        return Invariant($"{rate:F0} images/s, {Duration((_length - images) / rate)} left.");
    }

    private IEnumerable<string> Sheets()
    {
        if (!Directory.Exists(_run.Samples)) return ["<p>None yet.</p>"];
        return Directory.EnumerateFiles(_run.Samples, "*.png").Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => long.TryParse(name, CultureInfo.InvariantCulture, out _)).OrderDescending(StringComparer.Ordinal)
            .Select(name => Invariant($"<figure><img loading=\"lazy\" src=\"samples/{name}.png\" alt=\"samples\"><figcaption>{long.Parse(name, CultureInfo.InvariantCulture):N0} images</figcaption></figure>"));
    }

    private static string Duration(double seconds) => TimeSpan.FromSeconds(Math.Round(Math.Clamp(seconds, 0, 3e9))).ToString("c", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

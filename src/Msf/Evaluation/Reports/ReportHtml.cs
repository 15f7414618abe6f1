using System.Globalization;
using System.Net;
using System.Text;
using Msf.Data;

namespace Msf.Evaluation;

/// <summary>Puts a page of a report together: everything is encoded, every picture is inside the page.</summary>
internal sealed class ReportHtml
{
    private readonly StringBuilder _text = new();

    /// <summary>The page so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Begins the page, up to its heading.</summary>
    /// <param name="title">What a window shows.</param>
    /// <param name="heading">What the page shows.</param>
    public ReportHtml Begin(string title, string heading) =>
        Raw("<!doctype html>").Raw("<html lang=\"en\">").Raw("<head>").Raw("<meta charset=\"utf-8\">").Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Raw($"<title>{Encode(title)}</title>").Raw($"<style>\n{ReportStyle.Css}\n</style>").Raw("</head>").Raw("<body>").Element("h1", heading);

    /// <summary>Ends the page.</summary>
    public string End() => Raw("</body>").Raw("</html>").ToString();

    /// <summary>Adds what is HTML already.</summary>
    public ReportHtml Raw(string html)
    {
        _text.AppendLine(html);
        return this;
    }

    /// <summary>Adds an element with a text.</summary>
    public ReportHtml Element(string name, string text, string? attributes = null) =>
        Raw($"<{name}{(attributes is null ? "" : $" {attributes}")}>{Encode(text)}</{name}>");

    /// <summary>Adds a heading with an anchor.</summary>
    public ReportHtml Heading(string text, string anchor) => Element("h2", text, $"id=\"{anchor}\"");

    /// <summary>Adds a table, which scrolls where the screen is narrow.</summary>
    /// <param name="head">Names of the columns; empty for none.</param>
    /// <param name="rows">Cells; the first of a row names it.</param>
    /// <param name="kind">Class of the table.</param>
    public ReportHtml Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, string kind = "numbers")
    {
        Raw($"<div class=\"scroll\"><table class=\"{kind}\">");
        if (head.Count > 0) Raw($"<thead><tr>{string.Concat(head.Select(cell => $"<th scope=\"col\">{Encode(cell)}</th>"))}</tr></thead>");
        Raw("<tbody>");
        foreach (var row in rows) Raw($"<tr><th scope=\"row\">{Encode(row[0])}</th>{string.Concat(row.Skip(1).Select(cell => $"<td>{Encode(cell)}</td>"))}</tr>");
        return Raw("</tbody></table></div>");
    }

    /// <summary>Adds a picture with pixels that stay sharp when they grow.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="description">What it shows, for those who cannot see it.</param>
    /// <param name="caption">Text below it; null for none.</param>
    /// <param name="kind">Class of the figure.</param>
    public ReportHtml Picture(RgbImage image, string description, string? caption = null, string kind = "sheet") =>
        Raw($"<figure class=\"{kind}\">{Image(image, description)}{(caption is null ? "" : $"<figcaption>{Encode(caption)}</figcaption>")}</figure>");

    /// <summary>Adds a plot, drawn for light and for dark screens.</summary>
    public ReportHtml Plot(Plot plot)
    {
        static string Url(string svg) => $"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}";
        return Raw(
            $"<figure class=\"plot\"><picture><source srcset=\"{Url(plot.ToSvg(PlotTheme.Dark))}\" media=\"(prefers-color-scheme: dark)\">"
            + $"<img src=\"{Url(plot.ToSvg(PlotTheme.Light))}\" alt=\"{Encode($"{plot.Title}; {plot.Y.Label} over {plot.X.Label}")}\"></picture></figure>");
    }

    /// <summary>A picture as an element.</summary>
    public static string Image(RgbImage image, string description) =>
        string.Create(CultureInfo.InvariantCulture, $"<img width=\"{image.Width}\" height=\"{image.Height}\" src=\"data:image/png;base64,{Convert.ToBase64String(PngFile.Encode(image))}\" alt=\"{Encode(description)}\">");

    /// <summary>A text as HTML.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);
}

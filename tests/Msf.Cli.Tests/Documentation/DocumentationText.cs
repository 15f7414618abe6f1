using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Msf.Cli.Tests.Documentation;

/// <summary>Makes Markdown of the text of a documentation comment.</summary>
/// <param name="reference">Markdown for the identifier of a type or member that the text refers to.</param>
internal sealed partial class DocumentationText(Func<string, string> reference)
{
    /// <summary>The text of an element on one line.</summary>
    internal string Line(XElement element) => Space().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private string Text(XNode node) => node switch
    {
        XText text => text.Value.Replace("<", "&lt;", StringComparison.Ordinal),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when element.Attribute("cref") is { } to => reference(to.Value),
        XElement element when element.Attribute("name") is { } to => $"`{to.Value}`",
        XElement element when element.Attribute("langword") is { } to => $"`{to.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

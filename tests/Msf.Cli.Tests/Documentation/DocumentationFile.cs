using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The XML documentation of an assembly.</summary>
internal sealed partial class DocumentationFile(Assembly assembly)
{
    private readonly Dictionary<string, XElement> _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>Summary of a type, in Markdown on one line.</summary>
    internal string Summary(Type type) => Summary($"T:{type.FullName!.Replace('+', '.')}");

    /// <summary>Summary of a property, in Markdown on one line.</summary>
    internal string Summary(PropertyInfo property) => Summary($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}");

    private string Summary(string name) =>
        _members.TryGetValue(name, out var member) && member.Element("summary") is { } summary ? Space().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim() : "";

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value.Replace("<", "&lt;", StringComparison.Ordinal),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement reference when reference.Attribute("cref") is { } to => $"`{to.Value[(to.Value.LastIndexOf('.') + 1)..].Split('(')[0]}`",
        XElement reference when reference.Attribute("name") is { } to => $"`{to.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

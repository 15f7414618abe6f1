using System.Reflection;
using System.Xml.Linq;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The XML documentation of an assembly, which is beside it.</summary>
internal sealed class DocumentationFile(Assembly assembly)
{
    private static readonly DocumentationText _text = new(to => $"`{to[(to.LastIndexOf('.') + 1)..].Split('(')[0]}`");

    private readonly Dictionary<string, XElement> _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>The comment on a type or member, by the identifier that the compiler gives it; null where there is none.</summary>
    internal XElement? Comment(string identifier) => _members.GetValueOrDefault(identifier);

    /// <summary>Summary of a type, in Markdown on one line.</summary>
    internal string Summary(Type type) => Summary($"T:{type.FullName!.Replace('+', '.')}");

    /// <summary>Summary of a property, in Markdown on one line.</summary>
    internal string Summary(PropertyInfo property) => Summary($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}");

    private string Summary(string identifier) => Comment(identifier)?.Element("summary") is { } summary ? _text.Line(summary) : "";
}

using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>What is written of a type or member, with what its comment inherits.</summary>
internal sealed class ApiComment
{
    private readonly List<XElement> _parts = [];

    internal ApiComment(ApiLibrary library, ISymbol symbol)
    {
        if (library.Comment(symbol) is not { } comment) return;
        _parts.AddRange(comment.Elements().Where(part => part.Name.LocalName != "inheritdoc"));
        var parameters = Parameters(symbol).ToHashSet(StringComparer.Ordinal);
        foreach (var inherited in comment.Elements("inheritdoc"))
        {
            var from = inherited.Attribute("cref") is { } cref ? library.Find(cref.Value) : Origin(symbol);
            if (from is null || !library.Holds(from))
            {
                InheritsFromOutside = true;
                continue;
            }
            if (_parts.Count == 0 && inherited.Attribute("cref") is null && from is not INamedTypeSymbol) Taken = from;
            var wanted = inherited.Attribute("path")?.Value.TrimStart('/');
            var other = new ApiComment(library, from);
            InheritsFromOutside |= other.InheritsFromOutside;
            _parts.AddRange(other._parts.Where(part => (wanted is null || part.Name.LocalName == wanted) && !Has(part) && (part.Name.LocalName != "param" || parameters.Contains(Key(part)))).ToList());
        }
    }

    /// <summary>Whether anything is written of it, here or in the documentation of another library.</summary>
    internal bool Says => InheritsFromOutside || _parts.Count > 0;

    /// <summary>The member that it overrides or implements, where its comment is that one's as it is.</summary>
    internal ISymbol? Taken { get; }

    /// <summary>What it is; null where nobody has said so.</summary>
    internal XElement? Summary => Parts("summary").FirstOrDefault();

    /// <summary>The elements of a name, in the order in which they were written.</summary>
    internal IEnumerable<XElement> Parts(string name) => _parts.Where(part => part.Name.LocalName == name);

    /// <summary>What is said of a parameter, or of the property that a parameter of a record makes.</summary>
    internal XElement? Parameter(string name) => Parts("param").FirstOrDefault(part => Key(part) == name);

    private bool InheritsFromOutside { get; }

    private bool Has(XElement part) => _parts.Any(own => own.Name == part.Name && Key(own) == Key(part));

    private static string Key(XElement part) => (part.Attribute("name") ?? part.Attribute("cref"))?.Value ?? "";

    private static IEnumerable<string> Parameters(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.Parameters.Select(parameter => parameter.Name),
        IPropertySymbol property => property.Parameters.Select(parameter => parameter.Name),
        INamedTypeSymbol type => ApiLibrary.Positional(type)?.Parameters.Select(parameter => parameter.Name) ?? [],
        _ => [],
    };

    // What a member overrides or implements, and what a type derives from.
    private static ISymbol? Origin(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { OverriddenMethod: { } overridden } => overridden,
        IPropertySymbol { OverriddenProperty: { } overridden } => overridden,
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.ContainingType.BaseType,
        INamedTypeSymbol type => type.BaseType is { SpecialType: SpecialType.None } parent ? parent : type.Interfaces.FirstOrDefault(),
        _ => symbol.ContainingType.AllInterfaces.SelectMany(type => type.GetMembers())
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)),
    };
}

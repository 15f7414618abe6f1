using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Msf.Tests;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>Which page a type is on: that of its namespace, or, where a namespace has many, that of the folder in it that holds the type's source.</summary>
internal sealed partial class ApiPages
{
    private const int ManyTypes = 50;

    private readonly Dictionary<INamedTypeSymbol, string> _pages = new(SymbolEqualityComparer.Default);

    internal ApiPages(ApiLibrary library)
    {
        var types = library.Types.ToList();
        var folders = Folders();
        foreach (var space in types.GroupBy(type => type.ContainingNamespace.ToDisplayString()))
        {
            var outer = space.Count(type => type.ContainingType is null);
            foreach (var type in space) _pages[type] = outer > ManyTypes && folders[Outermost(type).Name] is { Length: > 0 } folder ? $"{space.Key}.{folder}" : space.Key;
        }
    }

    /// <summary>The pages by name, with the types on each.</summary>
    internal IEnumerable<IGrouping<string, INamedTypeSymbol>> All => _pages.GroupBy(entry => entry.Value, entry => entry.Key).OrderBy(page => page.Key, StringComparer.Ordinal);

    /// <summary>A link to a type's section; without the page where it is on this one; null where the type has none.</summary>
    internal string? Link(INamedTypeSymbol type, string? from) =>
        _pages.TryGetValue(type, out var page) ? $"{(page == from ? "" : $"{page}.md")}#{Anchor(type)}" : null;

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type) => type.ContainingType is { } outer ? Outermost(outer) : type;

    // As web sites make it of the heading, which is the name.
    private static string Anchor(INamedTypeSymbol type) => string.Concat(ApiSignature.Reference(type).Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // By name of a type that a file declares, the folder below the namespace's that the file is in.
    private static Dictionary<string, string> Folders() =>
        (from file in SourceTree.Sources("src", "Msf")
         from declaration in Declaration().Matches(File.ReadAllText(SourceTree.Path("src", "Msf", file)))
         select (Type: declaration.Groups[1].Value, Folder: file.Split('/') is { Length: > 2 } parts ? parts[1] : "")).DistinctBy(declared => declared.Type).ToDictionary(StringComparer.Ordinal);

    [GeneratedRegex(@"^public (?:[a-z]+ )*(?:class|struct|record|enum|interface|delegate \S+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}

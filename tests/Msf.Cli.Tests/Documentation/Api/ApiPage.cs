using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>A page of the reference: types with their declarations, what is written of them, and their members.</summary>
internal sealed class ApiPage
{
    private readonly ApiLibrary _library;
    private readonly ApiPages _pages;
    private readonly string _name;
    private readonly DocumentationText _words;
    private readonly StringBuilder _text = new();
    private INamedTypeSymbol? _current;

    internal ApiPage(ApiLibrary library, ApiPages pages, string name)
    {
        (_library, _pages, _name) = (library, pages, name);
        _words = new DocumentationText(Reference);
    }

    /// <summary>The text of the page.</summary>
    /// <param name="types">The types on it.</param>
    internal string Write(IReadOnlyList<INamedTypeSymbol> types)
    {
        var space = types[0].ContainingNamespace.ToDisplayString();
        Add($"# {(_name == space ? space : $"{space}, {_name[(space.Length + 1)..]}")}\n\n`using {space};` · [all pages](README.md)\n");
        foreach (var type in types) Add(type);
        return _text.ToString();
    }

    private void Add(INamedTypeSymbol type)
    {
        _current = type;
        var comment = new ApiComment(_library, type);
        Add($"\n## {ApiSignature.Reference(type).Replace("<", "\\<", StringComparison.Ordinal)}\n\n```csharp\n{ApiSignature.Of(type)}\n```\n\n{Words(comment)}\n");
        foreach (var example in comment.Parts("example").Elements("code")) Add($"\n```csharp\n{Unindented(example.Value)}\n```\n");
        Add("\n");
        Details(comment, ApiLibrary.Positional(type)?.Parameters ?? type.DelegateInvokeMethod?.Parameters ?? [], "");
        var members = ApiLibrary.Members(type).Select(member => (Member: member, Comment: new ApiComment(_library, member))).ToList();
        foreach (var (member, own) in members.Where(entry => entry.Comment.Taken is null)) Add(member, own);
        foreach (var other in members.Where(entry => entry.Comment.Taken is not null).GroupBy(entry => entry.Comment.Taken!.ContainingType.OriginalDefinition.GetDocumentationCommentId()!))
            Add($"- As in {Reference(other.Key)}: {string.Join(", ", other.Select(entry => $"`{entry.Member.Name}`").Distinct())}\n");
    }

    private void Add(ISymbol member, ApiComment comment)
    {
        if (member is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0 } && comment.Summary is null) return;
        var words = Words(comment);
        Add($"- `{ApiSignature.Of(member)}`{(words.Length > 0 ? $": {words}" : "")}\n");
        Details(comment, member is IMethodSymbol method ? method.Parameters : member is IPropertySymbol property ? property.Parameters : [], "  ");
    }

    private void Details(ApiComment comment, IEnumerable<IParameterSymbol> parameters, string indent)
    {
        foreach (var part in comment.Parts("typeparam")) Add($"{indent}- `{part.Attribute("name")!.Value}`: {_words.Line(part)}\n");
        foreach (var parameter in parameters)
            if (comment.Parameter(parameter.Name) is { } part) Add($"{indent}- `{parameter.Name}`: {_words.Line(part)}\n");
        foreach (var part in comment.Parts("returns")) Add($"{indent}- Returns: {_words.Line(part)}\n");
        foreach (var part in comment.Parts("exception")) Add($"{indent}- Throws {Reference(part.Attribute("cref")!.Value)}: {_words.Line(part)}\n");
    }

    private string Words(ApiComment comment) => string.Join(' ', comment.Parts("summary").Concat(comment.Parts("remarks")).Select(_words.Line));

    // A type of these libraries leads to its section; others are named.
    private string Reference(string identifier)
    {
        var symbol = _library.Find(identifier);
        var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        if (symbol is null || type is null) return $"`{identifier[(identifier.IndexOf(':', StringComparison.Ordinal) + 1)..]}`";
        var name = symbol is INamedTypeSymbol ? ApiSignature.Reference(type) : SymbolEqualityComparer.Default.Equals(type, _current) ? symbol.Name : $"{ApiSignature.Reference(type)}.{symbol.Name}";
        return _pages.Link(type, _name) is { } link && !SymbolEqualityComparer.Default.Equals(type, _current) ? $"[`{name}`]({link})" : $"`{name}`";
    }

    private static string Unindented(string code)
    {
        var lines = code.Trim('\r', '\n').TrimEnd().ReplaceLineEndings("\n").Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
    }

    private void Add(string text) => _text.Append(text);
}

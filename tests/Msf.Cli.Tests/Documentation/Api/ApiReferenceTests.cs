using Microsoft.CodeAnalysis;
using Msf.Checkpoints;
using Msf.Client;
using Msf.Server;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>The pages of <c>docs/api</c> are what the comments in the source say, and nothing public is without one.</summary>
public sealed class ApiReferenceTests
{
    private const string Folder = "docs/api";
    private static readonly Lazy<ApiLibrary> _library = new(() => new ApiLibrary(typeof(MsfModel).Assembly, typeof(ServerOptions).Assembly, typeof(MsfClient).Assembly));

    [Fact]
    public void The_reference_of_the_library_is_what_its_comments_say()
    {
        var pages = new ApiPages(_library.Value);
        var names = pages.All.Select(page => $"{page.Key}.md").Append("README.md").ToHashSet(StringComparer.Ordinal);
        foreach (var old in Directory.EnumerateFiles(Path.Combine(Checkout.Root, Folder), "*.md").Where(path => !names.Contains(Path.GetFileName(path)))) Checkout.RequireAbsent(Path.GetRelativePath(Checkout.Root, old));
        foreach (var page in pages.All) Checkout.RequireGenerated($"{Folder}/{page.Key}.md", new ApiPage(_library.Value, pages, page.Key).Write([.. page]));
        Checkout.RequireGenerated($"{Folder}/README.md", ApiIndex.Write(pages));
    }

    [Fact]
    public void Everything_public_says_what_it_is()
    {
        var silent = _library.Value.Types.SelectMany(type => Offered(type).Where(entry => !entry.Said).Select(entry => entry.Name)).ToList();
        Assert.True(silent.Count == 0, $"without a word of documentation: {string.Join(", ", silent)}");
    }

    private static IEnumerable<(string Name, bool Said)> Offered(INamedTypeSymbol type)
    {
        var name = ApiSignature.Reference(type);
        var comment = new ApiComment(_library.Value, type);
        yield return (name, comment.Summary is not null);
        foreach (var parameter in ApiLibrary.Positional(type)?.Parameters ?? []) yield return ($"{name}.{parameter.Name}", comment.Parameter(parameter.Name) is not null);
        foreach (var member in ApiLibrary.Members(type).Where(member => member is not IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0 }))
            yield return ($"{name}.{member.Name}", new ApiComment(_library.Value, member).Says);
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Msf.Cli.Tests.Documentation.Api;

/// <summary>The page that says where what is: every page with the types on it, below what their namespace is for.</summary>
internal static partial class ApiIndex
{
    private static readonly Dictionary<string, string> _others = new(StringComparer.Ordinal)
    {
        ["Msf.Server"] = "The server inside an application, and what its HTTP interface takes and answers ([serving.md](../serving.md), [http-api.md](../http-api.md)).",
        ["Msf.Client"] = "A typed client of that interface, without dependencies.",
    };

    internal static string Write(ApiPages pages)
    {
        var text = new StringBuilder("# Library reference\n\n");
        text.Append("Every public type of `Msf`, `Msf.Server` and `Msf.Client` with its members, from the comments in the source; these pages are generated.\n");
        text.Append("`Tensor`, `Device` and `Module` are TorchSharp's (`using static TorchSharp.torch;`). Start with [`MsfModel`](Msf.Checkpoints.md#msfmodel), the sample in the\n");
        text.Append("[README](../../README.md) and [samples/](../../samples). For the review of a change the bare declarations are in [Msf.cs.txt](Msf.cs.txt) and\n");
        text.Append("[Msf.Server.cs.txt](Msf.Server.cs.txt), the HTTP interface in [openapi.json](openapi.json).\n");
        var purposes = Purposes();
        foreach (var space in pages.All.GroupBy(page => page.First().ContainingNamespace.ToDisplayString()))
        {
            text.Append($"\n## {space.Key}\n\n{purposes[space.Key]}\n\n");
            foreach (var page in space) text.Append($"- [{page.Key}]({page.Key}.md): {string.Join(", ", page.Select(type => $"[{Name(type)}]({pages.Link(type, null)})"))}\n");
        }
        return text.ToString();
    }

    private static string Name(INamedTypeSymbol type) => ApiSignature.Reference(type).Replace("<", "\\<", StringComparison.Ordinal);

    // A namespace of the library is a folder, which the architecture's table tells of.
    private static Dictionary<string, string> Purposes() => FolderRow().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "ARCHITECTURE.md")))
        .Select(row => ($"Msf.{row.Groups[1].Value}", $"{char.ToUpperInvariant(row.Groups[2].Value[0])}{row.Groups[2].Value[1..]}."))
        .Concat(_others.Select(entry => (entry.Key, entry.Value))).ToDictionary(StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `(\w+)/` \| (.*) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex FolderRow();
}

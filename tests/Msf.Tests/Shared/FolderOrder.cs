using System.Text.RegularExpressions;

namespace Msf.Tests;

/// <summary>Finds the places where a folder of <c>src/Msf</c> uses one that comes after it in the order of dependencies.</summary>
/// <param name="order">The folders; each may use itself and those before it.</param>
/// <param name="files">Files of the library as Folder/.../Name.cs, one class a file, by which half-written names are recognised.</param>
internal sealed class FolderOrder(IReadOnlyList<string> order, IEnumerable<string> files)
{
    /// <summary>The order of the library, see ARCHITECTURE.md.</summary>
    public static IReadOnlyList<string> OfLibrary { get; } =
    [
        "Runtime", "Factorization", "Modules", "Models", "Diffusion", "Sampling", "Autoencoders", "Checkpoints", "Data", "Training", "Evaluation",
    ];

    // Msf.Folder wherever it stands (using, using static, alias, qualified name): the compiler knows no other Msf.
    private readonly Regex _qualified = new($@"(?<![\w.])(?:global::)?Msf\.(?<folder>{string.Join('|', order)})\b");

    // Folder.Type without Msf: every namespace of the library lies in Msf, where such a name resolves. A property may be called like a
    // folder, so that the name after the point decides: it must be a type or a namespace of that folder.
    private readonly Regex _partial = new($@"(?<![\w.])(?:{string.Join('|', Names(files).Select(
        folder => $@"(?<folder>{folder.Key})\.(?:{string.Join('|', folder.Select(Regex.Escape))})"))})\b");

    /// <summary>Violations in one file, as "Folder/File.cs:line uses Other".</summary>
    /// <param name="file">Folder/.../Name.cs.</param>
    /// <param name="code">Its text.</param>
    public IReadOnlyList<string> Violations(string file, string code)
    {
        var place = PlaceOf(file.Split('/')[0]);
        if (place < 0) return [$"{file}: its folder has no place in the order of dependencies; give it one"];
        var lines = SourceTree.WithoutComments(code).Split('\n');
        return
        [
            .. lines.SelectMany((line, i) => _qualified.Matches(line).Concat(_partial.Matches(line))
                .Select(match => match.Groups["folder"].Value)
                .Where(used => PlaceOf(used) > place)
                .Select(used => $"{file}:{i + 1} uses {used}")),
        ];
    }

    private static IEnumerable<IGrouping<string, string>> Names(IEnumerable<string> files) =>
        files.Select(file => file.Split('/'))
            .Where(parts => parts.Length > 1)
            .Select(parts => (Folder: parts[0], Name: Path.GetFileNameWithoutExtension(parts[1])))
            .Distinct()
            .GroupBy(entry => entry.Folder, entry => entry.Name);

    private int PlaceOf(string folder) => order.ToList().IndexOf(folder);
}

// Looks into the packages of a folder: dotnet run CheckPackages.cs -- FOLDER FORBIDDEN...
// Prints what is missing, and what names a forbidden text (folders of the machine), a line each, and fails then.
#:property PublishAot=false
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

var (folder, forbidden) = (args[0], args[1..]);
var wanted = new Dictionary<string, string[]>
{
    ["Msf"] = ["lib/net10.0/Msf.dll", "lib/net10.0/Msf.xml"],
    ["Msf.Server"] = ["lib/net10.0/Msf.Server.dll", "lib/net10.0/Msf.Server.xml"],
    ["Msf.Client"] = ["lib/net10.0/Msf.Client.dll", "lib/net10.0/Msf.Client.xml"],
    ["Msf.Models.NotoEmoji"] = ["build/Msf.Models.NotoEmoji.props", "buildTransitive/Msf.Models.NotoEmoji.props", "models/noto-emoji/README.md", "models/noto-emoji/model.json", "models/noto-emoji/stage0.safetensors", "models/noto-emoji/stage1.safetensors"],
    ["Msf.Cli"] = ["tools/net10.0/any/DotnetToolSettings.xml", "tools/net10.0/any/Msf.Cli.dll", "tools/net10.0/any/models/noto-emoji/model.json", "tools/net10.0/any/models/noto-emoji/stage0.safetensors"],
};
var errors = new List<string>();
foreach (var (id, files) in wanted)
{
    var paths = Directory.GetFiles(folder, $"{id}.*nupkg").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[id.Length + 1])).ToArray();
    if (paths.FirstOrDefault(path => path.EndsWith(".nupkg", StringComparison.Ordinal)) is not { } package)
    {
        errors.Add($"{id}: there is no package");
        continue;
    }
    using var archive = ZipFile.OpenRead(package);
    var names = archive.Entries.Select(entry => entry.FullName).ToHashSet();
    foreach (var file in files.Append("README.md").Where(file => !names.Contains(file))) errors.Add($"{id}: {file} is missing");
    using (var manifest = archive.GetEntry($"{id}.nuspec")!.Open())
    {
        var metadata = XDocument.Load(manifest).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        foreach (var name in new[] { "description", "authors", "license", "readme", "tags", "copyright" })
            if (string.IsNullOrWhiteSpace(Value(name)) || Value(name) == "Package Description") errors.Add($"{id}: its manifest has no {name}");
        var repository = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "repository");
        if (repository?.Attribute("type")?.Value != "git" || repository.Attribute("commit")?.Value is not { Length: 40 }) errors.Add($"{id}: its manifest does not say which commit it is of");
    }
    if (id == "Msf.Models.NotoEmoji")
    {
        if (names.Any(name => name.StartsWith("lib/", StringComparison.Ordinal))) errors.Add($"{id}: a model has no code");
    }
    else if (paths.FirstOrDefault(path => path.EndsWith(".snupkg", StringComparison.Ordinal)) is not { } symbols)
    {
        errors.Add($"{id}: there is no package of symbols");
    }
    else
    {
        using var debug = ZipFile.OpenRead(symbols);
        if (!debug.Entries.Any(entry => entry.Name == $"{id}.pdb")) errors.Add($"{id}: its symbols have no {id}.pdb");
        errors.AddRange(Named(debug, id));
    }
    errors.AddRange(Named(archive, id));
}
foreach (var error in errors) Console.WriteLine(error);
return errors.Count == 0 ? 0 : 1;

// Native libraries are others' work.
IEnumerable<string> Named(ZipArchive archive, string id)
{
    foreach (var entry in archive.Entries.Where(entry => entry.Name.StartsWith("Msf", StringComparison.Ordinal) || Path.GetExtension(entry.Name) is ".json" or ".xml" or ".md" or ".props" or ".nuspec"))
    {
        using var content = new MemoryStream();
        using (var stream = entry.Open()) stream.CopyTo(content);
        var bytes = content.ToArray();
        foreach (var text in forbidden)
            if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"{text}/")) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes($"{text}/")) >= 0)
                yield return $"{id}: {entry.FullName} names {text}";
    }
}

using System.Text.Json;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>
/// Lengths and SHA-256 digests of a folder's files, kept in the folder as <c>digests.json</c>, so that a torn, cut or flipped file is
/// recognised before its content is believed. They guard against accidents; whoever can change the files can change the digests too.
/// </summary>
public static class FolderDigests
{
    /// <summary>Name of the file that holds the digests.</summary>
    public const string FileName = "digests.json";

    /// <summary>Digests every file below a folder, <see cref="FileName"/> at its top excepted, and writes the list there.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A file could not be read, or the list not written.</exception>
    public static void Write(string folder)
    {
        var files = new SortedDictionary<string, DigestList.Entry>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (name != FileName) files.Add(name, Digest(path));
        }
        var list = new DigestList { FormatVersion = DigestList.CurrentVersion, Files = files };
        AtomicFile.Write(
            Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, list, DigestListJson.Default.DigestList));
    }

    /// <summary>Compares a folder with its list. Files that the list does not name are nobody's business and pass.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>What is wrong, one line each, in order of the names; empty if every listed file is as it was written.</returns>
    public static IReadOnlyList<string> FindProblems(string folder)
    {
        try
        {
            return [.. Load(folder).Files.Select(file => Compare(folder, file.Key, file.Value)).OfType<string>()];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return [e.Message];
        }
    }

    /// <summary>Requires every listed file of a folder to be as it was written.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidDataException">A listed file is missing, cut or changed, or the list is missing or broken.</exception>
    public static void Verify(string folder)
    {
        var problems = FindProblems(folder);
        if (problems.Count > 0)
            throw new InvalidDataException($"{folder}: damaged: {string.Join("; ", problems)}. Use another copy or an earlier checkpoint.");
    }

    /// <summary>The files that a folder's list names.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidDataException">The list is missing or broken.</exception>
    internal static IReadOnlyCollection<string> Names(string folder) => Load(folder).Files.Keys;

    private static DigestList.Entry Digest(string path) => new(new FileInfo(path).Length, FileDigest.Sha256(path));

    private static string? Compare(string folder, string name, DigestList.Entry expected)
    {
        var path = Path.Combine(folder, name);
        var shown = PrintableText.Of(name);
        if (!File.Exists(path)) return $"{shown} is missing";
        try
        {
            var length = new FileInfo(path).Length;
            if (length != expected.Length) return $"{shown} has {length} bytes, {expected.Length} were written";
            return FileDigest.Sha256(path) == expected.Sha256 ? null : $"{shown} has other content than was written";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{shown} cannot be read: {PrintableText.Of(e.Message)}";
        }
    }

    private static DigestList Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new InvalidDataException($"{FileName} is missing");
        DigestList list;
        try
        {
            using var stream = File.OpenRead(path);
            list = JsonSerializer.Deserialize(stream, DigestListJson.Default.DigestList)
                ?? throw new InvalidDataException($"{FileName} is null");
        }
        catch (Exception e) when (JsonFormat.IsFault(e))
        {
            throw new InvalidDataException($"{FileName} is not a list of digests (line {(e as JsonException)?.LineNumber + 1})", e);
        }
        if (list.FormatVersion != DigestList.CurrentVersion)
            throw new InvalidDataException($"{FileName} has format version {list.FormatVersion}, expected {DigestList.CurrentVersion}");
        var empty = list.Files.FirstOrDefault(file => file.Value is null).Key;
        if (empty is not null) throw new InvalidDataException($"{FileName} has no digest for {OneLine.Quote(empty)}");
        var stray = list.Files.Keys.FirstOrDefault(name => !StaysInside(name));
        if (stray is not null)
            throw new InvalidDataException($"{FileName} names {OneLine.Quote(stray)}, which is not a file of this folder");
        return list;
    }

    private static bool StaysInside(string name) =>
        !Path.IsPathRooted(name) && !name.Split('/', '\\').Any(part => part is "" or "." or "..");
}

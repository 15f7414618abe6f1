namespace Msf.Data;

/// <summary>A text file with one class name a line, in the order of the labels (batches.meta.txt, classes.txt).</summary>
internal static class ClassNameFile
{
    /// <summary>The names, or null where there is no such file.</summary>
    /// <exception cref="InvalidDataException">The file has no name, a name twice, or more names than a byte can label.</exception>
    public static IReadOnlyList<string>? ReadIfPresent(string path)
    {
        if (!File.Exists(path)) return null;
        var names = File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        if (names.Length is 0 or > 256 || names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new InvalidDataException($"{path} has {names.Length} class names, expected 1 to 256 different ones, one a line.");
        return names;
    }
}

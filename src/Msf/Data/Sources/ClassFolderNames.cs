namespace Msf.Data;

/// <summary>Names of folders for classes, and the file that keeps their order.</summary>
internal static class ClassFolderNames
{
    /// <summary>Beside the class folders: their names, one a line, in the order of the labels.</summary>
    public const string OrderFile = "classes.txt";

    /// <summary>One different folder name for each class; what no file system or no reader takes is replaced by an underscore.</summary>
    public static string[] Of(IReadOnlyList<string> classes)
    {
        var names = new List<string>();
        foreach (var known in classes)
        {
            var plain = string.Concat(known.Trim().Select(letter => letter is '/' or '\\' or ':' || char.IsControl(letter) ? '_' : letter));
            if (plain.Length == 0 || plain[0] == '.') plain = $"_{plain}";
            var name = plain;
            for (var copy = 2; names.Contains(name, StringComparer.OrdinalIgnoreCase); copy++) name = $"{plain}_{copy}";
            names.Add(name);
        }
        return [.. names];
    }

    /// <summary>The class folders of a set in the order of their labels: that of the order file where it names exactly them, else ordinal.</summary>
    /// <param name="root">The set's folder.</param>
    /// <param name="present">The class folders.</param>
    public static string[] Ordered(string root, IEnumerable<string> present)
    {
        var ordinal = present.Order(StringComparer.Ordinal).ToArray();
        var file = Path.Combine(root, OrderFile);
        if (!File.Exists(file)) return ordinal;
        var listed = File.ReadLines(file).Take(ordinal.Length + 1).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return listed.Order(StringComparer.Ordinal).SequenceEqual(ordinal, StringComparer.Ordinal) ? listed : ordinal;
    }
}

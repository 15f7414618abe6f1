namespace Msf.Cli;

/// <summary>The models that travel with the program.</summary>
internal static class BundledModels
{
    /// <summary>What <c>msf sample</c> takes without <c>--model</c>.</summary>
    internal const string Default = "noto-emoji";

    private static string Root => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The folder of all bundled models, where a model's own is one of them; else null.</summary>
    internal static string? Beside(string folder) => Path.GetDirectoryName(Path.GetFullPath(folder)) == Root ? Root : null;

    /// <summary>The folder of a model given by path or by name; a path wins. Null where there is neither.</summary>
    internal static string? TryFind(string pathOrName)
    {
        if (Directory.Exists(pathOrName)) return pathOrName;
        if (Path.IsPathRooted(pathOrName) || pathOrName != Path.GetFileName(pathOrName)) return null;
        var bundled = Path.Combine(Root, pathOrName);
        return Directory.Exists(bundled) ? bundled : null;
    }

    /// <summary>The folder of a model given by path or by name.</summary>
    /// <exception cref="DirectoryNotFoundException">There is neither.</exception>
    internal static string Find(string pathOrName)
    {
        if (TryFind(pathOrName) is { } folder) return folder;
        IEnumerable<string?> names = Directory.Exists(Root) ? Directory.GetDirectories(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal) : [];
        throw new DirectoryNotFoundException($"there is no model {pathOrName}; give a model folder (RUN/model) or a bundled model ({string.Join(", ", names)}).");
    }
}

namespace Msf.Cli;

/// <summary>The models that travel with the program.</summary>
internal static class BundledModels
{
    /// <summary>What <c>msf sample</c> takes without <c>--model</c>.</summary>
    internal const string Default = "noto-emoji";

    private static string Root => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The folder of a model given by path or by name; a path wins.</summary>
    /// <exception cref="DirectoryNotFoundException">There is neither.</exception>
    internal static string Find(string pathOrName)
    {
        if (Directory.Exists(pathOrName)) return pathOrName;
        var bundled = Path.Combine(Root, pathOrName);
        if (!Path.IsPathRooted(pathOrName) && !pathOrName.Contains("..", StringComparison.Ordinal) && Directory.Exists(bundled)) return bundled;
        IEnumerable<string?> names = Directory.Exists(Root) ? Directory.GetDirectories(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal) : [];
        throw new DirectoryNotFoundException($"there is no model {pathOrName}; give a model folder (RUN/model) or a bundled model ({string.Join(", ", names)}).");
    }
}

namespace Msf.Training;

/// <summary>The configurations of the repository's <c>configs/</c> folder, carried inside the library.</summary>
public static class Presets
{
    private const string Prefix = "configs/";

    /// <summary>Names of all presets, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Presets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Text of a preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static string Read(string name)
    {
        using var stream = typeof(Presets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new ArgumentException($"there is no preset \"{name}\"; choose one of {string.Join(", ", Names)}, or give a file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

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

    /// <summary>Names of the presets that train an autoencoder, sorted.</summary>
    public static IReadOnlyList<string> Autoencoders { get; } = [.. Names.Where(name => RunConfigReader.KindOf(name) == RunKind.Autoencoder)];

    /// <summary>Names of the presets that train a classifier, sorted.</summary>
    public static IReadOnlyList<string> Classifiers { get; } = [.. Names.Where(name => RunConfigReader.KindOf(name) == RunKind.Classifier)];

    /// <summary>Names of the presets that train a diffusion model, sorted.</summary>
    public static IReadOnlyList<string> Models { get; } = [.. Names.Except(Autoencoders).Except(Classifiers)];

    // Models for ImageNet are many and differ in size and patch alone: a line names their families.
    private static string Choice => string.Join(", ", Names.Select(name => IsImageNet(name) ? $"{name.Split('-')[0]}-*" : name).Distinct()) + " (msf info --all names all of dit-* and msf-*)";

    /// <summary>Text of a preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static string Read(string name)
    {
        using var stream = typeof(Presets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new ArgumentException($"there is no preset \"{name}\"; choose one of {Choice}, or give a file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static bool IsImageNet(string name) => name.EndsWith("-256", StringComparison.Ordinal) || name.EndsWith("-512", StringComparison.Ordinal);
}

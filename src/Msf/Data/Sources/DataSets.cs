namespace Msf.Data;

/// <summary>Opens what training can take examples from: an image set or a latent cache.</summary>
public static class DataSets
{
    /// <summary>What can be opened, as part of a sentence.</summary>
    public const string Accepted = "a latent cache (msf encode), " + ImageSources.Accepted;

    /// <summary>Opens a set. A path that does not exist is looked for in the data folder, as <see cref="ImageSources.Open"/> does.</summary>
    /// <param name="source">Folder of a latent cache, or an image set.</param>
    /// <param name="classes">Names of the classes to keep, in the order of their labels; by default all.</param>
    /// <returns>A <see cref="LatentCache"/> or an <see cref="IImageSource"/>; the caller disposes it.</returns>
    /// <inheritdoc cref="ImageSources.Open" path="/exception"/>
    public static ILabeledSet Open(string source, IReadOnlyList<string>? classes = null) =>
        ImageSources.Find(source) is { } path && LatentCache.IsCache(path) ? LatentCache.Open(path, classes, source) : ImageSources.Open(source, classes);
}

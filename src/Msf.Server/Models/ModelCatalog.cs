using System.Collections.Concurrent;
using Msf.Checkpoints;

namespace Msf.Server;

/// <summary>
/// Which models are on offer: the default one, and the sub-folders of a folder, looked up in its listing, so that no name of a request is ever part of a path. Usable from
/// any thread.
/// </summary>
internal sealed class ModelCatalog
{
    private readonly string? _folder;
    private readonly ConcurrentDictionary<string, (DateTime Written, ModelCard Card)> _cards = new(StringComparer.Ordinal);

    /// <summary>Reads the default model's manifest.</summary>
    /// <param name="model">Folder of the default model.</param>
    /// <param name="folder">Folder of others; null for none.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The default model is broken, or cannot be served.</exception>
    internal ModelCatalog(string model, string? folder)
    {
        if (folder is not null && !Directory.Exists(folder)) throw new DirectoryNotFoundException($"there is no folder {folder} of models; give one whose sub-folders are model folders.");
        _folder = folder;
        Default = ModelCard.Read(NameOf(model), Path.GetFullPath(model));
    }

    /// <summary>The model of requests that name none.</summary>
    internal ModelCard Default { get; }

    /// <summary>Names of all models, the default one first.</summary>
    internal IReadOnlyList<string> Names() => [Default.Name, .. Folders().Keys.Where(name => name != Default.Name).Order(StringComparer.Ordinal)];

    /// <summary>A model.</summary>
    /// <param name="name">Its name; null for the default one.</param>
    /// <exception cref="RequestException">There is none of this name, or it is broken.</exception>
    internal ModelCard Find(string? name)
    {
        if (name is null || name == Default.Name) return Default;
        if (!Folders().TryGetValue(name, out var folder))
            throw new RequestException("there is no model of this name; /v1/models lists those on offer.", "model", 404, "model_not_found");
        try
        {
            var written = File.GetLastWriteTimeUtc(Path.Combine(folder, ModelFolder.ManifestName));
            if (_cards.TryGetValue(name, out var known) && known.Written == written) return known.Card;
            var card = ModelCard.Read(name, folder);
            _cards[name] = (written, card);
            return card;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new RequestException("this model is broken; the server's owner can see why with msf info.", "model", 503, "model_broken");
        }
    }

    // RUN/model is called after the run.
    private static string NameOf(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var name = Path.GetFileName(path);
        return name == "model" && Path.GetFileName(Path.GetDirectoryName(path)) is { Length: > 0 } run ? run : name;
    }

    private Dictionary<string, string> Folders() => _folder is null
        ? []
        : Directory.EnumerateDirectories(_folder)
            .SelectMany(folder => new[] { folder, Path.Combine(folder, "model") }.Where(place => File.Exists(Path.Combine(place, ModelFolder.ManifestName))).Take(1)
                .Select(place => (Name: Path.GetFileName(folder), Place: place)))
            .ToDictionary(pair => pair.Name, pair => pair.Place, StringComparer.Ordinal);
}

using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Cli;

/// <summary>Brings the weights of a model of the hub here, for <c>msf import</c>.</summary>
internal static class HubImport
{
    /// <summary>The repository that a source names; null where the source is a file or a folder, or could only be one.</summary>
    internal static HubRepository? Repository(string source) =>
        File.Exists(source) || Directory.Exists(source) || ForeignWeights.HasExtension(source) ? null : HubRepository.TryParse(source);

    /// <summary>Fetches what an import needs, and no more.</summary>
    /// <returns>The file of the weights, that of the other half where there are two, and what identifies them for good.</returns>
    internal static (string Source, string? Decoder, string Origin) Fetch(
        HubRepository repository, HubContent content, string? file, string? decoder, bool withConfig, Terminal terminal, CancellationToken cancellation)
    {
        using var hub = new HubClient(HubOptions.FromEnvironment());
        using var progress = new DownloadProgressLine(terminal.Error);
        var snapshot = hub.FindAsync(repository, cancellation).GetAwaiter().GetResult();
        if (snapshot.FromCache) terminal.Error.WriteLine($"{repository}: out of the cache, where it was at {snapshot.Commit}; the hub was not asked");
        var selection = HubSelection.Choose(content, snapshot, file, decoder);
        string Fetched(string path) => hub.FetchAsync(snapshot, path, progress, cancellation).GetAwaiter().GetResult();
        if (withConfig && selection.Config is { } config) Fetched(config);                    // the import finds it beside the weights
        var paths = selection.Weights.Select(Fetched).ToArray();
        progress.Finish();
        return (paths[0], paths.ElementAtOrDefault(1), $"{snapshot.Identity}, {string.Join(", ", selection.Weights)}");
    }
}

using Msf.Checkpoints;

namespace Msf.Data;

/// <summary>The few files of a repository that an import needs; nothing else is fetched.</summary>
/// <param name="Weights">One file with weights, or two with a half each.</param>
/// <param name="Config">The <c>config.json</c> beside them; null where there is none, or none is needed.</param>
public sealed record HubSelection(IReadOnlyList<string> Weights, string? Config)
{
    private const int ListedAtMost = 8;

    private static readonly string[] _endings = ["safetensors", "bin"];

    /// <summary>Chooses.</summary>
    /// <param name="content">What is looked for.</param>
    /// <param name="snapshot">The repository.</param>
    /// <param name="file">The file to take; null to look for it.</param>
    /// <param name="decoder">Of two files, the other one; null where there is none, or <paramref name="file"/> is null.</param>
    /// <exception cref="InvalidDataException">There is no such file, or no single one that it could be.</exception>
    public static HubSelection Choose(HubContent content, HubSnapshot snapshot, string? file = null, string? decoder = null)
    {
        string[] weights = file is not null ? [.. new[] { file, decoder }.OfType<string>()] : content switch
        {
            HubContent.KlAutoencoder => [Diffusers(snapshot, "") ?? Diffusers(snapshot, "vae/") ?? OnlyOne(snapshot)],
            HubContent.TinyAutoencoder => Diffusers(snapshot, "") is { } both ? [both] : Halves(snapshot) ?? [OnlyOne(snapshot)],
            _ => [Diffusers(snapshot, "") ?? Diffusers(snapshot, "transformer/") ?? OnlyOne(snapshot)],
        };
        if (weights.FirstOrDefault(path => !snapshot.Files.Contains(path)) is { } absent)
            throw new InvalidDataException($"{snapshot.Identity} has no file {absent}{(snapshot.FromCache ? " in the cache" : "")}; there are {List(WithWeights(snapshot, everywhere: true))}.");
        var config = $"{Folder(weights[0])}{DiffusersLayout.ConfigName}";
        var wanted = content != HubContent.Transformer || weights[0][Folder(weights[0]).Length..].StartsWith(DiffusersLayout.WeightsName, StringComparison.Ordinal);
        return new HubSelection(weights, wanted && snapshot.Files.Contains(config) ? config : null);
    }

    private static string? Diffusers(HubSnapshot snapshot, string folder) =>
        _endings.Select(ending => $"{folder}{DiffusersLayout.WeightsName}.{ending}").FirstOrDefault(snapshot.Files.Contains);

    private static string[]? Halves(HubSnapshot snapshot)
    {
        var files = WithWeights(snapshot, everywhere: false);
        string[] Named(string half) => [.. files.Where(file => file.Contains(half, StringComparison.OrdinalIgnoreCase))];
        return (Named("encoder"), Named("decoder")) is ([var encoder], [var decoder]) && encoder != decoder ? [encoder, decoder] : null;
    }

    private static string OnlyOne(HubSnapshot snapshot) => WithWeights(snapshot, everywhere: false) switch
    {
        [var file] => file,
        [] => throw new InvalidDataException(
            $"{snapshot.Identity} has no file with weights at its top{(snapshot.FromCache ? " in the cache" : "")}; choose with --file one of {List(WithWeights(snapshot, everywhere: true))}."),
        var several => throw new InvalidDataException($"{snapshot.Identity} has {several.Length} files with weights; choose with --file one of {List(several)}."),
    };

    private static string[] WithWeights(HubSnapshot snapshot, bool everywhere) =>
        ForeignWeights.Among(snapshot.Files.Where(file => everywhere || Folder(file).Length == 0));

    private static string Folder(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static string List(string[] files) => files.Length == 0
        ? "none"
        : $"{string.Join(", ", files.Take(ListedAtMost).Select(OneLine.Quote))}{(files.Length > ListedAtMost ? $" and {files.Length - ListedAtMost} more" : "")}";
}

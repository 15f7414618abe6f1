using Msf.Checkpoints;
using Msf.Models;

namespace Msf.Evaluation;

/// <summary>Digests of what images are made with or read from.</summary>
internal static class ModelIdentity
{
    /// <summary>SHA-256 of all that a model computes with: the weights of its stages and of a trunk that they share, of its autoencoder, and of a weaker model that guides it. Settings are no part of it.</summary>
    /// <param name="model">The model, loaded.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="guide">Folder of the weaker model; null for none.</param>
    public static string Of(MsfModel model, string folder, string? guide) => FileDigest.OfText(string.Join(' ',
    [
        .. Weights(folder, model.Manifest.Model),
        model.Autoencoder?.Identity ?? "pixels",
        .. guide is null || model.Guide is not { } weaker ? [] : Weights(guide, weaker.Model),
    ]));

    /// <summary>SHA-256 of a file, or of the names and contents of a folder's files.</summary>
    public static string OfFiles(string path) => File.Exists(path)
        ? FileDigest.Sha256(path)
        : FileDigest.OfText(string.Join('\n', Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(path, file)} {FileDigest.Sha256(file)}")));

    private static IEnumerable<string> Weights(string folder, ModelConfig model) =>
        ModelFolder.WeightNames(model).Select(name => FileDigest.Sha256(Path.Combine(folder, name)));
}

using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Makes an autoencoder's folder out of weights in the official or in diffusers' layout; their values stay as they are.</summary>
public static class AutoencoderImport
{
    private static readonly string[] _halves = ["encoder", "decoder"];

    /// <summary>Imports a KL autoencoder (Rombach et al. 2022).</summary>
    /// <param name="source">
    /// A .safetensors, .ckpt, .pt or .bin file with the autoencoder alone or a whole latent diffusion model, or a folder with one; of a folder of diffusers'
    /// pipeline its <c>vae</c> is taken.
    /// </param>
    /// <param name="configFile">A config.json, or null for the one beside weights in diffusers' layout.</param>
    /// <param name="name">Name shown to people.</param>
    /// <param name="folder">Folder to write; replaced when it exists.</param>
    /// <param name="origin">Where the weights come from, for the manifest; the file's name and digest when null.</param>
    /// <returns>What was imported.</returns>
    /// <exception cref="FileNotFoundException">There are no weights, or no such configuration.</exception>
    /// <exception cref="InvalidDataException">The weights are broken, incomplete, or of another architecture, or the configuration says otherwise.</exception>
    /// <exception cref="IOException">The folder could not be written.</exception>
    public static ImportResult ImportKl(string source, string? configFile, string name, string folder, string? origin = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var path = DiffusersLayout.Find(source, "vae");
        var state = KlState.Read(path);
        var given = Configuration(configFile, path, state.OfDiffusers);
        var config = new AutoencoderConfig { Kind = AutoencoderKind.Kl, Kl = KlShapes.Recognize(state.Tensors, given, path) };
        return Write([path], state.Tensors, state.Layout, config, LatentFactors.Of(given, state.Scaling, config), name, folder, origin);
    }

    /// <summary>Imports an autoencoder of the TAESD family.</summary>
    /// <param name="source">A file with both halves, the file of one half, or a folder with one or two such files.</param>
    /// <param name="other">The file of the other half, or null.</param>
    /// <param name="configFile">A config.json, or null for the one beside weights in diffusers' layout.</param>
    /// <param name="name">Name shown to people.</param>
    /// <param name="folder">Folder to write; replaced when it exists.</param>
    /// <param name="origin">Where the weights come from, for the manifest; the files' names and digests when null.</param>
    /// <inheritdoc cref="ImportKl"/>
    public static ImportResult ImportTiny(string source, string? other, string? configFile, string name, string folder, string? origin = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var paths = FindTiny(source, other);
        var state = TinyState.Read(paths);
        var given = Configuration(configFile, paths[0], state.OfDiffusers);
        var config = new AutoencoderConfig { Kind = AutoencoderKind.Tiny, Tiny = TinyShapes.Recognize(state.Tensors, given, string.Join(", ", paths)) };
        return Write(paths, state.Tensors, state.Layout, config, LatentFactors.Of(given, null, config), name, folder, origin);
    }

    private static ImportResult Write(
        string[] paths, Dictionary<string, Tensor> tensors, string layout, AutoencoderConfig config, LatentFactors factors, string name, string folder, string? origin)
    {
        var what = string.Join(", ", paths);
        config = config with { Scale = factors.Scale, Shift = factors.Shift };
        if (config.Validate() is { Count: > 0 } errors) throw new InvalidDataException($"{what}: {string.Join("; ", errors)}.");
        using var blueprint = Autoencoder.Create(config, META);
        var expected = StateDictLoader.Extract(blueprint.Network!);
        ForeignWeights.TakePointwise(expected, tensors);
        StateDictLoader.RequireFit(expected, tensors, what);
        origin ??= string.Join(", ", paths.Select(path => $"{Path.GetFileName(path)} (SHA-256 {FileDigest.Sha256(path)})"));
        AutoencoderFolder.Save(folder, config, tensors, name, origin, ForeignWeights.StoredType(tensors.Values));
        return new ImportResult(what, layout, name, tensors.Count, tensors.Values.Sum(tensor => tensor.numel()), folder)
        {
            Scale = factors.Scale,
            Shift = factors.Shift,
            ScaleOrigin = factors.Origin,
        };
    }

    // Beside weights under other names a config.json describes something else.
    private static AutoencoderFile? Configuration(string? given, string weights, bool ofDiffusers) =>
        (given ?? (ofDiffusers ? DiffusersLayout.ConfigBeside(weights) : null)) is { } path ? AutoencoderFile.Read(path) : null;

    private static string[] FindTiny(string source, string? other)
    {
        if (other is not null) return [ForeignWeights.Find(source), ForeignWeights.Find(other)];
        if (!Directory.Exists(source)) return [ForeignWeights.Find(source)];
        if (DiffusersLayout.Preferred(source) is { } both) return [both];
        var halves = _halves
            .Select(half => ForeignWeights.All(source).Where(file => Path.GetFileName(file).Contains(half, StringComparison.OrdinalIgnoreCase)).ToArray()).ToArray();
        return halves is [[var encoder], [var decoder]] && encoder != decoder ? [encoder, decoder] : [ForeignWeights.Find(source)];
    }
}

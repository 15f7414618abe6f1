using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>An autoencoder on disk: <c>autoencoder.json</c> and, but for pixels, <c>autoencoder.safetensors</c>; complete or absent.</summary>
public static class AutoencoderFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestName = "autoencoder.json";

    /// <summary>Name of the weights.</summary>
    public const string WeightsName = "autoencoder.safetensors";

    /// <summary>Writes an autoencoder beside its final place and swaps it in.</summary>
    /// <param name="folder">The folder; replaced when it exists.</param>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="name">Name shown to people.</param>
    /// <param name="source">Where the weights come from, or null.</param>
    /// <param name="weightType">Type of the weights on disk; null keeps the type they have.</param>
    /// <exception cref="ArgumentException">A finite weight would become infinite in <paramref name="weightType"/>.</exception>
    /// <exception cref="IOException">The file system refused; a folder that was there is as it was.</exception>
    public static void Save(string folder, IAutoencoder autoencoder, string name, string? source = null, ScalarType? weightType = null) =>
        Save(folder, autoencoder.Config, autoencoder.Network is { } network ? StateDictLoader.Extract(network) : null, name, source, weightType);

    /// <summary>Writes an autoencoder of which there are but the weights, such as their average.</summary>
    /// <param name="folder">The folder; replaced when it exists.</param>
    /// <param name="config">Family, architecture, scale and shift.</param>
    /// <param name="weights">Weights by the network's keys; null where there are none.</param>
    /// <param name="name">Name shown to people.</param>
    /// <param name="source">Where the weights come from, or null.</param>
    /// <param name="weightType">Type of the weights on disk; null keeps the type they have.</param>
    /// <exception cref="ArgumentException">A finite weight would become infinite in <paramref name="weightType"/>.</exception>
    /// <exception cref="IOException">The file system refused; a folder that was there is as it was.</exception>
    public static void Save(
        string folder, AutoencoderConfig config, IReadOnlyDictionary<string, Tensor>? weights, string name, string? source = null, ScalarType? weightType = null)
    {
        AtomicFolder.Write(folder, temporary =>
        {
            string? digest = null;
            if (weights is not null)
            {
                using var scope = NewDisposeScope();
                var path = Path.Combine(temporary, WeightsName);
                SafetensorsWriter.Write(
                    path, weights.ToDictionary(pair => pair.Key, pair => weightType is { } type ? StateDictLoader.Convert(pair.Key, pair.Value, type) : pair.Value),
                    new Dictionary<string, string> { ["format"] = "pt" });
                digest = FileDigest.Sha256(path);
            }
            var manifest = new AutoencoderManifest
            {
                FormatVersion = AutoencoderManifest.CurrentFormat,
                Name = name,
                Autoencoder = config,
                Source = source,
                WeightsDigest = digest,
            };
            File.WriteAllText(Path.Combine(temporary, ManifestName), manifest.Seal());
        });
    }

    /// <summary>Copies an autoencoder's two files into another folder, after they were checked.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="target">The new folder; replaced when it exists.</param>
    /// <exception cref="InvalidDataException">A file is broken or changed.</exception>
    public static void Copy(string folder, string target)
    {
        _ = ReadManifest(folder);
        AtomicFolder.Write(target, temporary =>
        {
            foreach (var name in new[] { ManifestName, WeightsName })
                if (File.Exists(Path.Combine(folder, name))) File.Copy(Path.Combine(folder, name), Path.Combine(temporary, name));
            RequireDigest(temporary, ReadManifest(temporary));
        });
    }

    /// <summary>Whether a folder holds an autoencoder.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, ManifestName));

    /// <summary>Reads and checks the manifest.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is none of an autoencoder.</exception>
    /// <exception cref="InvalidDataException">The manifest is broken.</exception>
    public static AutoencoderManifest ReadManifest(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        return File.Exists(path) ? AutoencoderManifest.Parse(File.ReadAllText(path), path) : throw new DirectoryNotFoundException(
            $"{folder} is no autoencoder: it has no {ManifestName}. Give a folder that msf import --kind autoencoder-kl or taesd wrote.");
    }

    /// <summary>Builds an autoencoder and loads its weights strictly.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <param name="precision">Type of the convolutions.</param>
    /// <returns>The autoencoder in evaluation mode, its identity known, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is none of an autoencoder.</exception>
    /// <exception cref="FileNotFoundException">The weights are missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed, or does not fit the manifest.</exception>
    public static IAutoencoder Load(string folder, Device? device = null, ComputePrecision precision = ComputePrecision.Float32)
    {
        var manifest = ReadManifest(folder);
        var path = Path.Combine(folder, WeightsName);
        if (manifest.Autoencoder.Kind == AutoencoderKind.Pixels) return Autoencoder.Create(manifest.Autoencoder);
        using var file = SafetensorsFile.Open(path);
        RequireRoom(manifest.Autoencoder, file, path);
        var autoencoder = Autoencoder.Create(manifest.Autoencoder);
        try
        {
            using var scope = NewDisposeScope();
            StateDictLoader.Load(autoencoder.Network!, file.ReadAll(), path);
            RequireDigest(folder, manifest);
            autoencoder.Network!.eval();
            return autoencoder.To(device ?? CPU, precision);
        }
        catch
        {
            autoencoder.Dispose();
            throw;
        }
    }

    private static void RequireDigest(string folder, AutoencoderManifest manifest)
    {
        var path = Path.Combine(folder, WeightsName);
        if (manifest.WeightsDigest is { } digest && (!File.Exists(path) || FileDigest.Sha256(path) != digest))
            throw new InvalidDataException(
                $"{path} is not the file that {ManifestName} vouches for: it is damaged, missing, or was exchanged. Use another copy; after an exchange on purpose remove weightsDigest and digest from {ManifestName}.");
    }

    // Before memory is taken: a network on the meta device costs none, and tells what the file must hold.
    private static void RequireRoom(AutoencoderConfig config, SafetensorsFile file, string path)
    {
        using var blueprint = Autoencoder.Create(config, META);
        var expected = blueprint.Network!.state_dict().Values.Sum(tensor => tensor.numel());
        var held = file.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, size) => product * size));
        if (expected > held)
            throw new InvalidDataException($"{path}: does not fit the autoencoder (it holds {held:N0} values, {ManifestName} describes {expected:N0}); use weights made for this configuration.");
    }
}

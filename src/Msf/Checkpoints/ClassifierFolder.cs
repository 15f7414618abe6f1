using Msf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>A classifier on disk: <c>model.json</c> and <c>classifier.safetensors</c>; complete or absent.</summary>
public static class ClassifierFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestName = "model.json";

    /// <summary>Name of the weights.</summary>
    public const string WeightsName = "classifier.safetensors";

    /// <summary>Writes a classifier beside its final place and swaps it in.</summary>
    /// <param name="folder">The folder; replaced when it exists.</param>
    /// <param name="manifest">A valid manifest; the digests are added to it.</param>
    /// <param name="weights">Weights by the network's keys.</param>
    /// <param name="weightType">Type of the weights on disk.</param>
    /// <exception cref="ArgumentException">The manifest is invalid, or a finite weight would become infinite in <paramref name="weightType"/>.</exception>
    /// <exception cref="IOException">The file system refused; a folder that was there is as it was.</exception>
    public static void Save(string folder, ClassifierManifest manifest, IReadOnlyDictionary<string, Tensor> weights, ScalarType weightType)
    {
        if (manifest.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(manifest));
        Runtime.AtomicFolder.Write(folder, temporary =>
        {
            using var scope = NewDisposeScope();
            var path = Path.Combine(temporary, WeightsName);
            SafetensorsWriter.Write(path, weights.ToDictionary(pair => pair.Key, pair => StateDictLoader.Convert(pair.Key, pair.Value, weightType)), new Dictionary<string, string> { ["format"] = "pt" });
            File.WriteAllText(Path.Combine(temporary, ManifestName), (manifest with { WeightsDigest = FileDigest.Sha256(path) }).Seal());
        });
    }

    /// <summary>Whether a folder holds a classifier.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, WeightsName)) && File.Exists(Path.Combine(folder, ManifestName));

    /// <summary>Reads and checks the manifest.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">The manifest is broken.</exception>
    public static ClassifierManifest ReadManifest(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        return Exists(folder) ? ClassifierManifest.Parse(File.ReadAllText(path), path) : throw new DirectoryNotFoundException(
            $"{folder} is no classifier: it has no {WeightsName} with a {ManifestName}. Give the folder RUN/model of a run that msf train made from a configuration with a member classifier.");
    }

    /// <summary>Builds the network and loads its weights strictly.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <returns>The manifest, and the network: float32, in evaluation mode, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed, or does not fit the manifest.</exception>
    public static (ClassifierManifest Manifest, ImageClassifier Network) Load(string folder, Device? device = null)
    {
        var manifest = ReadManifest(folder);
        var path = Path.Combine(folder, WeightsName);
        using var file = SafetensorsFile.Open(path);
        RequireRoom(manifest.Classifier, file, path);
        var network = new ImageClassifier(manifest.Classifier);
        try
        {
            using var scope = NewDisposeScope();
            StateDictLoader.Load(network, file.ReadAll(), path);
            // After loading: the manifest was read before, so a file that still fits it now is the one that was loaded.
            if (manifest.WeightsDigest is { } digest && FileDigest.Sha256(path) != digest)
                throw new InvalidDataException($"{path} is not the file that {ManifestName} vouches for: it is damaged, or was exchanged. Use another copy; after an exchange on purpose remove weightsDigest and digest from {ManifestName}.");
            network.eval();
            network.to(device ?? CPU);
            return (manifest, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // Before memory is taken for what the file cannot hold.
    private static void RequireRoom(ClassifierConfig config, SafetensorsFile file, string path)
    {
        var expected = ClassifierCost.Of(config, 1).Parameters;
        var held = file.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, size) => product * size));
        if (expected > held)
            throw new InvalidDataException($"{path}: does not fit the classifier (it holds {held:N0} values, {ManifestName} describes {expected:N0}); use weights made for this configuration.");
    }
}

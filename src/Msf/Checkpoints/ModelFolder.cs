using System.Text.Json;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>A model on disk: <c>model.json</c> and one <c>stageN.safetensors</c> per stage; complete or absent.</summary>
public static class ModelFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestName = "model.json";

    /// <summary>Name of the weights of a stage.</summary>
    public static string StageName(int stage) => $"stage{stage}.safetensors";

    /// <summary>Writes a model folder beside its final place and swaps it in.</summary>
    /// <param name="folder">The folder; replaced when it exists.</param>
    /// <param name="manifest">A valid manifest.</param>
    /// <param name="stages">State of every stage, under DiT's keys.</param>
    /// <param name="weightType">Type of the weights on disk; the fixed positions stay float32.</param>
    public static void Save(string folder, ModelManifest manifest, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> stages, ScalarType weightType) =>
        AtomicFolder.Write(folder, temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, ManifestName), JsonSerializer.Serialize(manifest, JsonFormat.Indented) + "\n");
            for (var stage = 0; stage < stages.Count; stage++)
            {
                using var scope = NewDisposeScope();
                var tensors = stages[stage].ToDictionary(pair => pair.Key, pair => pair.Key == "pos_embed" ? pair.Value : pair.Value.to_type(weightType));
                SafetensorsWriter.Write(Path.Combine(temporary, StageName(stage)), tensors, new Dictionary<string, string> { ["format"] = "pt" });
            }
        });

    /// <summary>Reads and checks the manifest of a model folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is no model folder.</exception>
    /// <exception cref="InvalidDataException">The manifest is broken.</exception>
    public static ModelManifest ReadManifest(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path))
            throw new DirectoryNotFoundException($"{folder} is no model folder: it has no {ManifestName}. Give a folder that msf train wrote (RUN/model).");
        var manifest = JsonFormat.Parse<ModelManifest>(File.ReadAllText(path), path);
        return manifest.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{path}: {string.Join("; ", errors)}") : manifest;
    }

    /// <summary>Builds the network of a stage and loads its weights strictly.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <returns>The network, float32, on the CPU, in evaluation mode, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The weights are broken or do not fit the manifest.</exception>
    public static DiffusionTransformer ReadStage(string folder, ModelManifest manifest, int stage)
    {
        var path = Path.Combine(folder, StageName(stage));
        var network = new DiffusionTransformer(manifest.Model.Transformer(stage));            // outside any scope: it outlives this method
        using var scope = NewDisposeScope();
        StateDictLoader.Load(network, SafetensorsFile.ReadAll(path), path);
        network.eval();
        return network;
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>A model on disk: <c>model.json</c> and one <c>stageN.safetensors</c> per stage, and <c>trunk.safetensors</c> where stages share one; complete or absent.</summary>
public static class ModelFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestName = "model.json";

    /// <summary>Name of the weights that all stages have in common, where the model has a shared trunk.</summary>
    public const string TrunkName = "trunk.safetensors";

    /// <summary>Name of the folder of the autoencoder, where the model is one of latents.</summary>
    public const string AutoencoderName = "autoencoder";

    private const int MostAttempts = 10;

    /// <summary>Name of the weights of a stage.</summary>
    public static string StageName(int stage) => $"stage{stage}.safetensors";

    /// <summary>Names of all files that hold weights of a model: those of the stages, coarse to fine, and that of a shared trunk before them.</summary>
    public static IReadOnlyList<string> WeightNames(ModelConfig model) =>
        [.. model.SharedTrunk ? [TrunkName] : Array.Empty<string>(), .. Enumerable.Range(0, model.Stages.Length).Select(StageName)];

    /// <summary>Writes a model folder beside its final place and swaps it in.</summary>
    /// <param name="folder">The folder; replaced when it exists.</param>
    /// <param name="manifest">A valid manifest; the digests of the stages and its own are added to it.</param>
    /// <param name="stages">State of every stage, under DiT's keys; a shared trunk is in each of them.</param>
    /// <param name="weightType">Type of the weights on disk, Float16, BFloat16 or Float32; the fixed positions stay float32.</param>
    /// <param name="autoencoder">Folder of the autoencoder, copied into the model; exactly where the manifest names one.</param>
    /// <exception cref="ArgumentException">
    /// The manifest is invalid or of another number of stages, stages that share a trunk have different ones, or a finite weight would become infinite in
    /// <paramref name="weightType"/>.
    /// </exception>
    /// <exception cref="IOException">The file system refused; a folder that was there is as it was.</exception>
    public static void Save(
        string folder, ModelManifest manifest, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> stages, ScalarType weightType, string? autoencoder = null)
    {
        if (autoencoder is null != manifest.AutoencoderIdentity is null)
            throw new ArgumentException("a model of latents needs its autoencoder, and a model of pixels has none; give autoencoderIdentity and the folder together.", nameof(autoencoder));
        if (manifest.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(manifest));
        if (stages.Count != manifest.Model.Stages.Length)
            throw new ArgumentException($"{stages.Count} states came for {manifest.Model.Stages.Length} stages; give one each.", nameof(stages));
        AtomicFolder.Write(folder, temporary =>
        {
            var written = StageFiles.Write(temporary, manifest, stages, weightType);
            if (autoencoder is not null) AutoencoderFolder.Copy(autoencoder, Path.Combine(temporary, AutoencoderName));
            File.WriteAllText(Path.Combine(temporary, ManifestName), ManifestDigest.Text(written with { Digest = ManifestDigest.Blank }));
        });
    }

    /// <summary>Reads and checks the manifest of a model folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is no model folder.</exception>
    /// <exception cref="InvalidDataException">The manifest is broken.</exception>
    public static ModelManifest ReadManifest(string folder) => ModelManifest.Parse(ReadManifestText(folder), Path.Combine(folder, ManifestName));

    /// <summary>Gives a model other default settings: the member <c>sampling</c> of its manifest alone is written anew, and the manifest vouches for itself again where it did.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="sampling">The settings.</param>
    /// <exception cref="ArgumentException">They do not fit the model, or a distilled one's windows; nothing was written.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is no model folder.</exception>
    /// <exception cref="InvalidDataException">The manifest is broken.</exception>
    /// <exception cref="IOException">The file system refused; the manifest is as it was.</exception>
    public static void WriteSampling(string folder, SamplingConfig sampling)
    {
        var path = Path.Combine(folder, ManifestName);
        var text = ReadManifestText(folder);
        var manifest = ModelManifest.Parse(text, path);
        if ((manifest with { Sampling = sampling }).Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(sampling));
        var members = JsonNode.Parse(text, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!.AsObject();
        members["sampling"] = JsonSerializer.SerializeToNode(sampling, JsonFormat.Indented);
        if (manifest.Digest is not null) members["digest"] = ManifestDigest.Blank;
        var json = members.ToJsonString(JsonFormat.Indented) + "\n";
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(manifest.Digest is null ? json : ManifestDigest.Seal(json))));
    }

    /// <summary>Builds the networks of all stages and loads their weights strictly, from one and the same version of the folder.</summary>
    /// <remarks>A run replaces its model folder while others read it. What was read from two versions is noticed and read again.</remarks>
    /// <param name="folder">The model folder.</param>
    /// <returns>The manifest, and the networks, coarse to fine: float32, on the CPU, in evaluation mode, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is no model folder.</exception>
    /// <exception cref="FileNotFoundException">The weights of a stage are missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed, or does not fit the manifest.</exception>
    public static (ModelManifest Manifest, DiffusionTransformer[] Networks) Read(string folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            var text = ReadManifestText(folder);
            var networks = new List<DiffusionTransformer>();
            try
            {
                var manifest = ModelManifest.Parse(text, Path.Combine(folder, ManifestName));
                for (var stage = 0; stage < manifest.Model.Stages.Length; stage++) networks.Add(ReadStage(folder, manifest, stage));
                if (manifest.Model.SharedTrunk) SharedTrunk.Join(networks);
                if (ReadManifestText(folder) == text) return (manifest, [.. networks]);
                throw new InvalidDataException($"{folder} is replaced faster than it can be read; copy it and read the copy.");
            }
            catch (Exception e)
            {
                foreach (var network in networks) network.Dispose();
                if (attempt == MostAttempts || e is not (InvalidDataException or IOException) || !WasReplaced(folder, text)) throw;
            }
            Thread.Sleep(20 * attempt);
        }
    }

    /// <summary>Builds the network of a stage and loads its weights strictly.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <returns>The network, float32, on the CPU, in evaluation mode, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">The weights are missing.</exception>
    /// <exception cref="InvalidDataException">The weights are broken or changed, or do not fit the manifest.</exception>
    public static DiffusionTransformer ReadStage(string folder, ModelManifest manifest, int stage) => StageFiles.Read(folder, manifest, stage);

    private static string ReadManifestText(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        return File.Exists(path) ? File.ReadAllText(path) : throw new DirectoryNotFoundException(
            $"{folder} is no model folder: it has no {ManifestName}. Give a folder that msf train wrote (RUN/model).");
    }

    private static bool WasReplaced(string folder, string text)
    {
        try
        {
            return ReadManifestText(folder) != text;
        }
        catch (IOException)
        {
            return true;                                                                      // between two versions, where folders cannot be exchanged at once
        }
    }
}

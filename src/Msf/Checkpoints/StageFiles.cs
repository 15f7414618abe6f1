using System.Runtime.InteropServices;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>The weights in a model folder: a file a stage, and one for the trunk where the stages share it.</summary>
internal static class StageFiles
{
    private const int MostOverHeld = 8;
    private const int FreeValues = 1 << 20;

    /// <summary>Writes the weights of all stages.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="manifest">What they are of.</param>
    /// <param name="stages">State of every stage, under DiT's keys.</param>
    /// <param name="weightType">Type of the weights on disk; the fixed positions stay float32.</param>
    /// <returns>The manifest, with the digests of the files.</returns>
    /// <exception cref="ArgumentException">Stages that share a trunk have different ones, or a weight does not fit the type.</exception>
    internal static ModelManifest Write(string folder, ModelManifest manifest, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> stages, ScalarType weightType)
    {
        var shared = manifest.Model.SharedTrunk;
        if (shared) RequireOneTrunk(stages);
        return manifest with
        {
            TrunkDigest = shared ? Save(ModelFolder.TrunkName, stages[0].Where(pair => SharedTrunk.Holds(pair.Key))) : null,
            StageDigests = [.. stages.Select((state, i) => Save(ModelFolder.StageName(i), state.Where(pair => !shared || !SharedTrunk.Holds(pair.Key))))],
        };

        string Save(string name, IEnumerable<KeyValuePair<string, Tensor>> state)
        {
            using var scope = NewDisposeScope();
            var path = Path.Combine(folder, name);
            var tensors = state.ToDictionary(
                pair => pair.Key, pair => pair.Key == "pos_embed" ? pair.Value : StateDictLoader.Convert(pair.Key, pair.Value, weightType));
            SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
            return FileDigest.Sha256(path);
        }
    }

    /// <summary>Builds the network of a stage and loads its weights strictly, those of a shared trunk too.</summary>
    /// <inheritdoc cref="ModelFolder.ReadStage"/>
    internal static DiffusionTransformer Read(string folder, ModelManifest manifest, int stage)
    {
        var config = manifest.Model.Transformer(stage);
        var path = Path.Combine(folder, ModelFolder.StageName(stage));
        using var file = SafetensorsFile.Open(path);
        if (!manifest.Model.SharedTrunk)
        {
            RequireRoom(config, [file], path);
            return Load(config, [new Part(file, path, "stageDigests", manifest.StageDigests?[stage], _ => true)]);
        }
        var trunkPath = Path.Combine(folder, ModelFolder.TrunkName);
        using var trunk = SafetensorsFile.Open(trunkPath);
        RequireRoom(config, [trunk, file], trunkPath);
        return Load(config, [
            new Part(trunk, trunkPath, "trunkDigest", manifest.TrunkDigest, SharedTrunk.Holds),
            new Part(file, path, "stageDigests", manifest.StageDigests?[stage], key => !SharedTrunk.Holds(key))]);
    }

    private static DiffusionTransformer Load(TransformerConfig config, Part[] parts)
    {
        var network = new DiffusionTransformer(config);
        try
        {
            foreach (var part in parts)
            {
                using var scope = NewDisposeScope();
                StateDictLoader.Load(network, part.File.ReadAll(), part.Path, part.Holds);
                // After loading: the manifest was read before, so a file that still fits it now is the one that was loaded.
                if (part.Digest is { } digest && FileDigest.Sha256(part.Path) != digest)
                    throw new InvalidDataException(
                        $"{part.Path} is not the file that {ModelFolder.ManifestName} vouches for: it is damaged, or was exchanged. Use another copy; after an exchange on purpose remove {part.Vouches} and digest from {ModelFolder.ManifestName}.");
            }
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void RequireOneTrunk(IReadOnlyList<IReadOnlyDictionary<string, Tensor>> stages)
    {
        using var scope = NewDisposeScope();
        for (var stage = 1; stage < stages.Count; stage++)
            foreach (var (key, tensor) in stages[0].Where(pair => SharedTrunk.Holds(pair.Key)))
                if (!stages[stage].TryGetValue(key, out var other) || !Same(tensor, other))
                    throw new ArgumentException($"the stages share a trunk, and {OneLine.Quote(key)} of stage {stage} is not that of stage 0; give both the same.", nameof(stages));
    }

    private static bool Same(Tensor one, Tensor other) => one.shape.SequenceEqual(other.shape) && one.dtype == other.dtype && one.eq(other).all().item<bool>();

    // Before memory is taken for the network: its blocks and positions alone may not outnumber what the files hold, then all of it, as a network on
    // the meta device tells, may not by far. What is missing in a file of about the right size is listed later.
    private static void RequireRoom(TransformerConfig config, SafetensorsFile[] files, string path)
    {
        var held = files.Sum(file => file.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, size) => product * size)));
        var blocks = (double)config.Depth * config.Width * config.Width;
        var positions = config.InputSize.Aggregate((double)config.Width, (product, side) => product * (side / config.PatchSize));
        if (blocks + positions > held || Described() > MostOverHeld * held + FreeValues)
            throw new InvalidDataException($"{path}: does not fit the model (it holds {held:N0} values, far fewer than {ModelFolder.ManifestName} describes); use weights made for this configuration.");

        double Described()
        {
            try
            {
                using var blueprint = new DiffusionTransformer(config, META);
                return blueprint.state_dict().Values.Sum(tensor => (double)tensor.numel());
            }
            catch (ExternalException)
            {
                return double.PositiveInfinity;                                               // of a size that libtorch cannot count
            }
        }
    }

    /// <summary>A file, and which keys of the network it holds.</summary>
    private sealed record Part(SafetensorsFile File, string Path, string Vouches, string? Digest, Func<string, bool> Holds);
}

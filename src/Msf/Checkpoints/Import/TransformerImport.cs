using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>
/// Makes a model folder of one level out of an official DiT (Peebles and Xie 2023) or SiT (Ma et al. 2024) checkpoint. Here the direction of time
/// is turned (decision 0001): nothing behind this border knows where a model comes from.
/// </summary>
public static class TransformerImport
{
    private const int DefaultSteps = 50;
    private const double OfficialGuidance = 4;                                                // of the official sampling programs
    private const int OfficiallyGuidedChannels = 3;

    /// <summary>Imports a checkpoint.</summary>
    /// <param name="source">A .pt or .safetensors file, in the official or in diffusers' layout, or a folder with one; of a pipeline's folder its <c>transformer</c>.</param>
    /// <param name="kind">DiT or SiT: the weights look alike, the process they were trained for differs.</param>
    /// <param name="configFile">What the shapes do not tell (the number of heads), in JSON with the names of the official code, or a config.json of diffusers; null for that beside weights in diffusers' layout.</param>
    /// <param name="name">Name shown to people.</param>
    /// <param name="folder">Model folder to write; replaced when it exists.</param>
    /// <param name="origin">Where the weights come from, for the manifest; the file's name and digest when null.</param>
    /// <returns>What was imported.</returns>
    /// <exception cref="FileNotFoundException">There are no weights.</exception>
    /// <exception cref="InvalidDataException">The weights are broken, incomplete, or of another architecture.</exception>
    /// <exception cref="IOException">The model could not be written.</exception>
    public static ImportResult Import(string source, TransformerKind kind, string? configFile, string name, string folder, string? origin = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var path = DiffusersLayout.Find(source, "transformer");
        var (tensors, layout) = ForeignWeights.Read(path);
        var ofDiffusers = TransformerKeys.AreOfDiffusers(tensors.Keys);
        if (ofDiffusers) configFile ??= DiffusersLayout.ConfigBeside(path);
        var given = configFile is null ? null : TransformerFile.Read(configFile);
        if (ofDiffusers) tensors = TransformerKeys.Official(tensors, given, path);
        var config = TransformerShapes.Recognize(tensors, given, path);
        config = kind == TransformerKind.Dit
            ? config with { TimeScale = -VariancePreservingDiscretePath.Steps, TimeOffset = VariancePreservingDiscretePath.Steps - 1 }
            : config with { TimeScale = 1 };
        using var network = new DiffusionTransformer(config, META);
        StateDictLoader.RequireFit(StateDictLoader.Extract(network), tensors, path);
        origin ??= $"{Path.GetFileName(path)} (SHA-256 {FileDigest.Sha256(path)})";
        ModelFolder.Save(folder, Manifest(name, kind, config) with { Source = origin }, [tensors], WeightType(tensors));
        return new ImportResult(path, layout, name, tensors.Count, tensors.Values.Sum(tensor => tensor.numel()), folder);
    }

    // Positions stay float32 in a model folder, so their type says nothing of the others'.
    private static ScalarType WeightType(Dictionary<string, Tensor> tensors) =>
        ForeignWeights.StoredType([.. tensors.Where(pair => pair.Key != "pos_embed").Select(pair => pair.Value)]);

    private static ModelManifest Manifest(string name, TransformerKind kind, TransformerConfig config)
    {
        var guidance = new GuidanceConfig
        {
            Scale = OfficialGuidance,
            Channels = config.Channels > OfficiallyGuidedChannels ? OfficiallyGuidedChannels : null,
        };
        return new ModelManifest
        {
            FormatVersion = ModelManifest.CurrentFormat,
            Model = new ModelConfig
            {
                Name = name,
                Channels = config.Channels,
                Size = config.InputSize,
                Classes = config.Classes,
                Factorization = new FactorizationConfig { Levels = 1, ProjectResidual = false },
                Stages =
                [
                    new StageConfig { PatchSize = config.PatchSize, Width = config.Width, Depth = config.Depth, Heads = config.Heads, MlpRatio = config.MlpRatio },
                ],
                LearnSigma = config.LearnSigma,
                TimeScale = config.TimeScale,
                TimeOffset = config.TimeOffset,
            },
            Diffusion = kind == TransformerKind.Dit
                ? new DiffusionConfig { Path = PathKind.VariancePreservingDiscrete, Prediction = PredictionKind.Noise }
                : new DiffusionConfig(),
            Sampling = new SamplingConfig
            {
                Stages =
                [
                    new StageSamplingConfig { Steps = DefaultSteps, Solver = kind == TransformerKind.Dit ? SolverKind.Ddim : SolverKind.Heun, Guidance = guidance },
                ],
            },
            Statistics = ComponentStatistics.Identity(1, config.Channels),
            ClassNames = [.. Enumerable.Range(0, config.Classes).Select(index => $"{index}")],
        };
    }
}

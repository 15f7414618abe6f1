using System.Text.Json.Serialization;
using Msf.Factorization;

namespace Msf.Models;

/// <summary>Architecture of a factorized model: the target, its factorization and one transformer per level, coarse to fine.</summary>
public sealed record ModelConfig
{
    /// <summary>Name shown to people, for example "MSF-XL/2-4 256".</summary>
    public required string Name { get; init; }

    /// <summary>Channels C of the target: 3 for RGB pixels, 4 for Stable Diffusion latents.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Spatial size of the target, [height, width], in pixels or latent pixels.</summary>
    public required int[] Size { get; init; }

    /// <summary>Number of classes K.</summary>
    public required int Classes { get; init; }

    /// <summary>How the target is split; one level is the single-scale baseline.</summary>
    public FactorizationConfig Factorization { get; init; } = new();

    /// <summary>The stages, coarse to fine; as many as levels.</summary>
    public required StageConfig[] Stages { get; init; }

    /// <summary>
    /// Whether one transformer serves all stages: blocks, time and class embedders are shared, a stage embedding is added to their conditioning vector, and patch
    /// embedding, positions and final layer are each stage's own. Stages must agree in everything but the patch size. Default false: a transformer for every stage, the paper's.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SharedTrunk { get; init; }

    /// <summary>Whether the networks also predict a variance, as DiT and SiT checkpoints do; default false.</summary>
    public bool LearnSigma { get; init; }

    /// <summary>
    /// Numbers of a label that tells every network how a training image was augmented: 9 for <c>data.augmentation.nonLeaky</c>; default 0, none.
    /// Sampling gives no label, which is the same as zeros.
    /// </summary>
    public int AugmentationLabels { get; init; }

    /// <summary>Factor on t in [0, 1] before its embedding; default 1000.</summary>
    public double TimeScale { get; init; } = 1000;

    /// <summary>Added to the scaled time; default 0. Of an imported DiT, -1000 and 999 make its step number, 999 (noise) to 0, out of t.</summary>
    public double TimeOffset { get; init; }

    /// <summary>Spatial size of the component of a stage.</summary>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    public int[] StageSize(int stage) =>
        [.. new MultiScaleFactorization(Factorization).LevelSize(stage, [.. Size.Select(side => (long)side)]).Select(side => (int)side)];

    /// <summary>Full architecture of the transformer of a stage; stages above the base take the upsampled coarser result as condition.</summary>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    public TransformerConfig Transformer(int stage)
    {
        var size = Stages[stage];
        return new TransformerConfig
        {
            InputSize = StageSize(stage),
            Channels = Channels,
            ConditionChannels = stage > 0 ? Channels : 0,
            PatchSize = size.PatchSize,
            Width = size.Width,
            Depth = size.Depth,
            Heads = size.Heads,
            MlpRatio = size.MlpRatio,
            Block = size.Block,
            Classes = Classes,
            AugmentationLabels = AugmentationLabels,
            StageEmbedding = SharedTrunk && Stages.Length > 1,
            LearnSigma = LearnSigma,
            TimeScale = TimeScale,
            TimeOffset = TimeOffset,
        };
    }

    /// <summary>The same model run at another size.</summary>
    /// <param name="size">Spatial size of the target, [height, width]; <see cref="SizeRule"/> tells which work.</param>
    public ModelConfig AtSize(int[] size) => this with { Size = size };

    /// <summary>The single-scale twin: one level over the whole target with the base's patch, width, depth and heads.</summary>
    public ModelConfig SingleScaleTwin() => this with
    {
        Name = $"{Name} (single scale)",
        Factorization = Factorization with { Levels = 1, ProjectResidual = false },
        Stages = [Stages[0]],
        SharedTrunk = false,
    };

    /// <summary>Everything that is wrong with the configuration, one line each; empty when it is usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(Factorization.Validate());
        if (Size.Length != 2 || Size.Any(side => side < 1))
            errors.Add($"size is [{string.Join(", ", Size)}], expected [height, width] with both at least 1");
        if (Stages.Length != Factorization.Levels)
            errors.Add($"there are {Stages.Length} stages for {Factorization.Levels} levels; give one stage per level, coarse to fine");
        if (errors.Count > 0) return errors;
        for (var stage = 0; stage < Stages.Length; stage++)
            errors.AddRange(Transformer(stage).Validate().Select(error => $"stage {stage}: {error}"));
        if (SharedTrunk) errors.AddRange(Models.SharedTrunk.Validate(Stages));
        return errors;
    }
}

using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>A two-stage model of a few thousand weights, to be written and read.</summary>
internal static class SmallModels
{
    public static ModelManifest Manifest { get; } = new()
    {
        FormatVersion = ModelManifest.CurrentFormat,
        Model = new ModelConfig
        {
            Name = "small",
            Size = [8, 8],
            Classes = 3,
            Stages =
            [
                new StageConfig { PatchSize = 2, Width = 16, Depth = 1, Heads = 2 },
                new StageConfig { PatchSize = 4, Width = 16, Depth = 1, Heads = 2 },
            ],
        },
        Diffusion = new DiffusionConfig(),
        Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 2, Guidance = new GuidanceConfig { Scale = 2 } }, new StageSamplingConfig { Steps = 1 }] },
        Statistics = ComponentStatistics.Identity(2, 3),
        ClassNames = ["ant", "bee", "2"],
    };

    /// <summary>Random weights for every stage, owned by the caller's dispose scope.</summary>
    public static Dictionary<string, Tensor>[] Weights(ulong seed = 1)
    {
        using var generator = new Generator(seed);
        return [.. Enumerable.Range(0, 2).Select(stage => Shapes(stage).ToDictionary(
            pair => pair.Key, pair => randn(pair.Value, generator: generator) * 0.2))];
    }

    /// <summary>The same value in every weight of every stage, owned by the caller's dispose scope.</summary>
    public static Dictionary<string, Tensor>[] Constant(float value) =>
        [.. Enumerable.Range(0, 2).Select(stage => Shapes(stage).ToDictionary(pair => pair.Key, pair => full(pair.Value, value)))];

    private static SortedDictionary<string, long[]> Shapes(int stage)
    {
        using var network = new DiffusionTransformer(Manifest.Model.Transformer(stage), _meta);
        return new SortedDictionary<string, long[]>(network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.shape), StringComparer.Ordinal);
    }

    private static readonly Device _meta = new("meta");
}

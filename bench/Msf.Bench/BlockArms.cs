using Msf.Models;
using Msf.Modules;

namespace Msf.Bench;

/// <summary>The blocks that the ablation compares, on one small network: a 16 px base of 64 tokens.</summary>
internal static class BlockArms
{
    private static readonly BlockOptions _all = new()
    {
        Normalization = NormalizationKind.RmsNorm,
        QueryKeyNormalization = true,
        Perceptron = PerceptronKind.SwiGlu,
        Positions = PositionKind.Rotary,
    };

    /// <summary>Options by the name of their arm.</summary>
    public static IReadOnlyDictionary<string, BlockOptions> All { get; } = new Dictionary<string, BlockOptions>
    {
        ["plain"] = new(),
        ["rmsnorm"] = new() { Normalization = NormalizationKind.RmsNorm },
        ["qknorm"] = new() { QueryKeyNormalization = true },
        ["swiglu"] = new() { Perceptron = PerceptronKind.SwiGlu },
        ["rotary"] = new() { Positions = PositionKind.Rotary },
        ["all"] = _all,
        ["all-but-rmsnorm"] = _all with { Normalization = NormalizationKind.LayerNorm },
        ["all-but-qknorm"] = _all with { QueryKeyNormalization = false },
        ["all-but-swiglu"] = _all with { Perceptron = PerceptronKind.Gelu },
        ["all-but-rotary"] = _all with { Positions = PositionKind.SinCos },
    };

    /// <summary>The model: the base of CIFAR-10, 128 wide and 6 deep. Its second stage is there for the factorization alone.</summary>
    public static ModelConfig Model(string arm)
    {
        var stage = new StageConfig { PatchSize = 2, Width = 128, Depth = 6, Heads = 2, Block = All[arm] };
        return new ModelConfig { Name = arm, Size = [32, 32], Classes = 10, Stages = [stage, stage with { PatchSize = 4 }] };
    }
}

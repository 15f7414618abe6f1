using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>Small networks whose output is not zero, as it is at initialisation: every parameter is drawn from a normal distribution.</summary>
internal static class RandomNetworks
{
    /// <summary>A small architecture of one transformer.</summary>
    public static TransformerConfig Transformer { get; } = new()
    {
        InputSize = [4, 6],
        Channels = 3,
        PatchSize = 2,
        Width = 32,
        Depth = 2,
        Heads = 2,
        Classes = 5,
    };

    /// <summary>A small model with a given number of levels over a target of 3 channels and 5 classes.</summary>
    public static ModelConfig Model(int levels, int height = 8, int width = 8, FactorizationConfig? factorization = null) => new()
    {
        Name = "random",
        Size = [height, width],
        Classes = 5,
        Factorization = (factorization ?? new()) with { Levels = levels },
        Stages = [.. Enumerable.Repeat(new StageConfig { PatchSize = 2, Width = 32, Depth = 1, Heads = 2 }, levels)],
    };

    /// <summary>A network with random parameters (the positions stay), in evaluation mode, owned by the caller.</summary>
    public static DiffusionTransformer Create(TransformerConfig config, long seed = 1)
    {
        var network = new DiffusionTransformer(config);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var generator = SeededNoise.Generator(seed);
        foreach (var parameter in network.parameters().Where(parameter => parameter.requires_grad)) parameter.normal_(0, 0.15, generator);
        network.eval();
        return network;
    }

    /// <summary>The networks of all stages, each with parameters of its own, owned by the caller.</summary>
    public static DiffusionTransformer[] Create(ModelConfig config) =>
        [.. Enumerable.Range(0, config.Stages.Length).Select(stage => Create(config.Transformer(stage), stage + 1))];

    /// <summary>Inputs of a transformer: a noisy component, times, labels, and a condition with its time where it takes one.</summary>
    public static (Tensor X, Tensor T, Tensor Labels, Tensor? Condition, Tensor? ConditionTime) Inputs(TransformerConfig config, int batch)
    {
        long[] indices = [.. Enumerable.Range(0, batch).Select(i => (long)i)];
        long[] Shape(int channels) => [channels, .. config.InputSize.Select(side => (long)side)];
        var x = SeededNoise.Normal(3, 0, indices, Shape(config.Channels), CPU);
        var t = linspace(0.1, 0.9, batch);
        var labels = arange(batch, dtype: ScalarType.Int64) % (config.Classes + 1);
        if (config.ConditionChannels == 0) return (x, t, labels, null, null);
        return (x, t, labels, SeededNoise.Normal(3, 1, indices, Shape(config.ConditionChannels), CPU), linspace(0.8, 1, batch));
    }
}

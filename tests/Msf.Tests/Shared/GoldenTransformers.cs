using Msf.Checkpoints;
using Msf.Models;

namespace Msf.Tests;

/// <summary>The random DiT and SiT of the golden fixtures, loaded through the strict loader.</summary>
internal static class GoldenTransformers
{
    public static TransformerConfig Config { get; } = new()
    {
        InputSize = [8, 8],
        Channels = 4,
        PatchSize = 2,
        Width = 64,
        Depth = 2,
        Heads = 4,
        Classes = 10,
        LearnSigma = true,
        TimeScale = 1,
    };

    public static DiffusionTransformer Load(string kind)
    {
        var network = new DiffusionTransformer(Config);
        StateDictLoader.Load(network, Golden.Load(kind, $"{kind}_a.safetensors"), $"{kind}_a");
        network.eval();
        return network;
    }
}

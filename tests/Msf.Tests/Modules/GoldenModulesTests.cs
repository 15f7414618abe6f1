using Msf.Checkpoints;
using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

/// <summary>Parity of single modules with the official DiT.</summary>
public sealed class GoldenModulesTests
{
    private const double Tolerance = 2e-5;
    private const int Width = 64;

    [Fact]
    public void Blocks_are_those_of_the_official_code()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var io = Golden.Load("dit", "dit_a_io.safetensors");
        var tokens = io["tokens_in"];
        var c = io["t_emb"] + io["y_emb"];
        for (var i = 0; i < 2; i++)
        {
            using var block = new TransformerBlock(Width, heads: 4, mlpRatio: 4);
            Load(block, $"blocks.{i}.");
            tokens = block.call(tokens, c);
            Golden.Matches($"dit block{i}_out", tokens, io[$"block{i}_out"], Tolerance);
        }
    }

    [Fact]
    public void Embedders_are_those_of_the_official_code()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var io = Golden.Load("dit", "dit_a_io.safetensors");
        using var times = new TimestepEmbedder(Width, timeScale: 1);
        Load(times, "t_embedder.");
        Golden.Matches("dit t_emb", times.call(io["t"]), io["t_emb"], Tolerance);
        using var labels = new LabelEmbedder(classes: 10, Width);
        Load(labels, "y_embedder.");
        Golden.Matches("dit y_emb", labels.call(io["y"]), io["y_emb"], Tolerance);
        using var patches = new PatchEmbed(channels: 4, patchSize: 2, Width);
        Load(patches, "x_embedder.");
        Golden.Matches("dit tokens_in", patches.call(io["x"]) + Golden.Load("dit", "dit_a.safetensors")["pos_embed"], io["tokens_in"], Tolerance);
    }

    private static void Load(nn.Module module, string prefix)
    {
        var weights = Golden.Load("dit", "dit_a.safetensors").Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));
        StateDictLoader.Load(module, weights.ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value), prefix);
    }
}

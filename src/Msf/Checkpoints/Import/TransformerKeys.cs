using System.Globalization;
using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>
/// The names of a DiT's weights in diffusers, and the official ones, which are ours. Diffusers parts queries, keys and values, gives every block a copy of
/// the embedders, and computes the positions.
/// </summary>
internal static class TransformerKeys
{
    private const string Blocks = "transformer_blocks";

    private static readonly string[] _queryKeyValue = ["to_q", "to_k", "to_v"];

    /// <summary>Whether names are those of diffusers.</summary>
    internal static bool AreOfDiffusers(IEnumerable<string> names) => names.Any(name => name.StartsWith($"{Blocks}.", StringComparison.Ordinal));

    /// <summary>The official state; a name that is none of diffusers' stays as it is, to be listed as unexpected.</summary>
    /// <param name="theirs">The weights in diffusers' layout.</param>
    /// <param name="given">The configuration that belongs to them.</param>
    /// <param name="what">The file, for messages.</param>
    /// <returns>Tensors, some of them those of <paramref name="theirs"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">A block has embedders of its own, or there can be no such positions.</exception>
    internal static Dictionary<string, Tensor> Official(Dictionary<string, Tensor> theirs, TransformerFile? given, string what)
    {
        var official = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in theirs)
        {
            var key = Official(name);
            if (official.TryAdd(key, tensor)) continue;
            if (!official[key].shape.AsSpan().SequenceEqual(tensor.shape) || official[key].dtype != tensor.dtype || !official[key].eq(tensor).all().item<bool>())
                throw new InvalidDataException($"{what}: {OneLine.Quote(name)} differs from its twin in another block; in a DiT all blocks have the same.");
        }
        foreach (var name in theirs.Keys.Where(name => name.Contains($".attn1.{_queryKeyValue[0]}.", StringComparison.Ordinal))) Join(official, name);
        if (!official.ContainsKey("pos_embed")) official.Add("pos_embed", Positions(official, given, what));
        return official;
    }

    private static string Official(string name) => name.Split('.') switch
    {
        ["pos_embed", "pos_embed"] => "pos_embed",
        ["pos_embed", "proj", var part] => $"x_embedder.proj.{part}",
        ["proj_out_1", var part] => $"final_layer.adaLN_modulation.1.{part}",
        ["proj_out_2", var part] => $"final_layer.linear.{part}",
        [Blocks, _, "norm1", "emb", "timestep_embedder", ("linear_1" or "linear_2") and var layer, var part] => $"t_embedder.mlp.{(layer == "linear_1" ? 0 : 2)}.{part}",
        [Blocks, _, "norm1", "emb", "class_embedder", "embedding_table", "weight"] => "y_embedder.embedding_table.weight",
        [Blocks, var block, "norm1", "linear", var part] => $"blocks.{block}.adaLN_modulation.1.{part}",
        [Blocks, var block, "attn1", "to_out", "0", var part] => $"blocks.{block}.attn.proj.{part}",
        [Blocks, var block, "ff", "net", "0", "proj", var part] => $"blocks.{block}.mlp.fc1.{part}",
        [Blocks, var block, "ff", "net", "2", var part] => $"blocks.{block}.mlp.fc2.{part}",
        _ => name,
    };

    // Where the three do not belong together they stay, to be listed.
    private static void Join(Dictionary<string, Tensor> official, string query)
    {
        var names = _queryKeyValue.Select(name => query.Replace($".{_queryKeyValue[0]}.", $".{name}.", StringComparison.Ordinal)).ToArray();
        if (query.Split('.') is not [Blocks, var block, "attn1", _, var part] || !names.All(official.ContainsKey)) return;
        var parts = Array.ConvertAll(names, name => official[name]);
        if (parts.Any(tensor => tensor.dim() == 0 || tensor.dtype != parts[0].dtype || !tensor.shape.AsSpan().SequenceEqual(parts[0].shape))) return;
        if (!official.TryAdd($"blocks.{block}.attn.qkv.{part}", cat(parts))) return;
        foreach (var name in names) official.Remove(name);
    }

    private static Tensor Positions(Dictionary<string, Tensor> official, TransformerFile? given, string what)
    {
        if (given is not { InputSize: { } size, PatchSize: { } patch })
            throw new InvalidDataException($"{what}: diffusers' weights do not tell the size of their images; give the config.json that belongs to them with --config.");
        var width = official.TryGetValue("x_embedder.proj.weight", out var embedder) && embedder.dim() > 0 ? embedder.shape[0] : 0;
        var grid = patch > 0 ? size / patch : 0;
        if (grid < 1 || width % 4 != 0 || width < 4 || (Int128)grid * grid * width > official.Values.Sum(tensor => tensor.numel()))
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"{what}: sample_size {size} with patch_size {patch} and width {width} cannot be: there would be more positions than weights, or none."));
        return SinCosPositions.Create(grid, grid, (int)width);
    }
}

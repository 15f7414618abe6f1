using System.Globalization;

namespace Msf.Checkpoints;

/// <summary>
/// The names of a KL autoencoder's weights: those of the official code (CompVis), which are ours, and those of diffusers, where levels of the decoder are
/// counted from the small end and attention has had two sets of names.
/// </summary>
internal static class KlKeys
{
    private const string DownBlocks = "encoder.down_blocks.";

    // Of attention in diffusers, since 0.17 and before.
    private static readonly Dictionary<string, string> _attention = new(StringComparer.Ordinal)
    {
        ["group_norm"] = "norm",
        ["to_q"] = "q",
        ["to_k"] = "k",
        ["to_v"] = "v",
        ["to_out.0"] = "proj_out",
        ["query"] = "q",
        ["key"] = "k",
        ["value"] = "v",
        ["proj_attn"] = "proj_out",
    };

    /// <summary>Whether names are those of diffusers.</summary>
    internal static bool AreOfDiffusers(IEnumerable<string> names) =>
        names.Any(name => name.StartsWith(DownBlocks, StringComparison.Ordinal) || name.StartsWith("decoder.up_blocks.", StringComparison.Ordinal));

    /// <summary>Halvings and one, as diffusers' names tell: levels that they count.</summary>
    internal static int Levels(IEnumerable<string> names) => 1 + names.Max(name => Level(name, DownBlocks));

    /// <summary>The number behind a prefix; -1 where there is none.</summary>
    internal static int Level(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(prefix.Length, Math.Max(0, name.IndexOf('.', prefix.Length) - prefix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;

    /// <summary>The official name of a weight of diffusers; a name that is none of theirs stays as it is, to be listed as unexpected.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="levels">Levels of the network.</param>
    internal static string Official(string name, int levels)
    {
        var parts = name.Split('.');
        if (parts is not [("encoder" or "decoder") and var side, .. var rest]) return name;
        return Official(rest, levels) is { } official ? $"{side}.{official}" : name;
    }

    private static string? Official(string[] parts, int levels) => parts switch
    {
        ["down_blocks", var level, .. var rest] => Place(rest) is { } place ? $"down.{level}.{place}" : null,
        ["up_blocks", var level, .. var rest] when int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var up) && up < levels =>
            Place(rest) is { } place ? $"up.{levels - 1 - up}.{place}" : null,
        ["mid_block", "resnets", ("0" or "1") and var block, .. var rest] => $"mid.block_{(block == "0" ? 1 : 2)}.{Block(rest)}",
        ["mid_block", "attentions", "0", .. var rest] => Attention(rest) is { } inner ? $"mid.attn_1.{inner}" : null,
        ["conv_norm_out", var part] => $"norm_out.{part}",
        _ => null,
    };

    private static string? Place(string[] parts) => parts switch
    {
        ["resnets", var block, .. var rest] => $"block.{block}.{Block(rest)}",
        ["attentions", var block, .. var rest] => Attention(rest) is { } inner ? $"attn.{block}.{inner}" : null,
        ["downsamplers", "0", .. var rest] => $"downsample.{string.Join('.', rest)}",
        ["upsamplers", "0", .. var rest] => $"upsample.{string.Join('.', rest)}",
        _ => null,
    };

    private static string Block(string[] parts) =>
        string.Join('.', parts is ["conv_shortcut", .. var rest] ? ["nin_shortcut", .. rest] : parts);

    private static string? Attention(string[] parts) =>
        parts is [.. var layer, var part] && _attention.TryGetValue(string.Join('.', layer), out var official) ? $"{official}.{part}" : null;
}

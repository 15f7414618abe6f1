using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Reads the architecture of a KL autoencoder off the shapes of its weights.</summary>
internal static class KlShapes
{
    private const int MostLevels = 8;
    private const int MostBlocks = 64;

    /// <summary>The architecture; scale and shift are the caller's.</summary>
    /// <param name="tensors">The weights under the official names.</param>
    /// <param name="given">What a configuration says, or null.</param>
    /// <param name="what">The file, for messages.</param>
    /// <exception cref="InvalidDataException">A tensor that tells the architecture is missing or of an odd shape, or the configuration says otherwise.</exception>
    internal static KlConfig Recognize(IReadOnlyDictionary<string, Tensor> tensors, AutoencoderFile? given, string what)
    {
        var (first, last) = (Shape("encoder.conv_in.weight"), Shape("decoder.conv_out.weight"));          // (width, C, 3, 3), (C, width, 3, 3)
        var (encoded, decoded) = (Shape("encoder.conv_out.weight")[0], Shape("decoder.conv_in.weight")[1]);
        var levels = 1 + tensors.Keys.Max(name => KlKeys.Level(name, "encoder.down."));
        var blocks = 1 + tensors.Keys.Max(name => KlKeys.Level(name, "encoder.down.0.block."));
        // Every block has tensors, so that no number in a name makes more blocks than the file is long.
        Require(levels is >= 1 and <= MostLevels && blocks is >= 1 and <= MostBlocks && levels * blocks <= tensors.Count, $"it has {levels} levels of {blocks} blocks");
        Require(decoded >= 1 && (encoded == decoded || encoded == 2 * decoded), $"the encoder gives {encoded} channels and the decoder takes {decoded}");
        Require(first[0] >= 1, "its first layer has no channels");
        var widths = Enumerable.Range(0, levels).Select(level => Shape($"encoder.down.{level}.block.0.conv1.weight")[0]).ToArray();
        Require(widths.All(width => width % first[0] == 0), $"levels of {string.Join(", ", widths)} channels are no multiples of {first[0]}");
        var quant = tensors.TryGetValue("quant_conv.weight", out var toLatent) && toLatent.shape.Length >= 2;
        var resolution = given?.Resolution ?? 256;
        var config = new KlConfig
        {
            InputChannels = Narrow(first[1]),
            OutputChannels = Narrow(last[0]),
            Width = Narrow(first[0]),
            Multipliers = [.. widths.Select(width => Narrow(width / first[0]))],
            Blocks = blocks,
            Resolution = resolution,
            AttentionResolutions = [.. Enumerable.Range(0, levels).Where(level => tensors.ContainsKey($"encoder.down.{level}.attn.0.q.weight")).Select(level => resolution >> level)],
            InnerChannels = Narrow(decoded),
            LatentChannels = Narrow(quant ? toLatent!.shape[0] * decoded / encoded : decoded),
            Distribution = encoded == 2 * decoded,
            QuantConvolutions = quant,
            Groups = given?.NormNumGroups ?? new KlConfig().Groups,
        };
        if (given is not null) RequireAgreement(config, given, what);
        if (config.Validate() is not { Count: > 0 } errors) return config;
        var advice = given?.NormNumGroups is null ? "; weights do not tell the number of groups, 32 is taken: give it with --config FILE, {\"norm_num_groups\": N}" : "";
        throw new InvalidDataException($"{what}: {string.Join("; ", errors)}{advice}.");

        long[] Shape(string name) => tensors.TryGetValue(name, out var tensor) && tensor.shape.Length == 4
            ? tensor.shape
            : throw new InvalidDataException(
                $"{what}: no KL autoencoder: {OneLine.Quote(name)} is {(tensor is null ? "missing" : ShapeGuard.Format(tensor.shape))}, 4 dimensions are expected; its keys begin with {string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(3).Select(OneLine.Quote))}.");

        void Require(bool holds, string fault)
        {
            if (!holds) throw new InvalidDataException($"{what}: no KL autoencoder: {fault}.");
        }
    }

    private static int Narrow(long value) => (int)Math.Min(value, int.MaxValue);

    private static void RequireAgreement(KlConfig config, AutoencoderFile given, string what)
    {
        var check = new ConfigurationCheck(what);
        check.Add(given.Faults("AutoencoderKL"));
        check.Agree("in_channels", given.InChannels, config.InputChannels);
        check.Agree("out_ch", given.OutCh, config.OutputChannels);
        check.Agree("out_channels", given.OutChannels, config.OutputChannels);
        check.Agree("ch", given.Ch, config.Width);
        check.Agree("ch_mult", given.ChMult, config.Multipliers);
        check.Agree("block_out_channels", given.BlockOutChannels, [.. config.Multipliers.Select(factor => Narrow((long)factor * config.Width))]);
        check.Agree("num_res_blocks", given.NumResBlocks, config.Blocks);
        check.Agree("layers_per_block", given.LayersPerBlock, config.Blocks);
        check.Agree("z_channels", given.ZChannels, config.InnerChannels);
        check.Agree("embed_dim", given.EmbedDim, config.LatentChannels);
        check.Agree("latent_channels", given.LatentChannels, config.LatentChannels);
        check.Agree("double_z", given.DoubleZ, config.Distribution);
        check.Agree("use_quant_conv", given.UseQuantConv, config.QuantConvolutions);
        check.Agree("use_post_quant_conv", given.UsePostQuantConv, config.QuantConvolutions);
        check.Agree("mid_block_add_attention", given.MidBlockAddAttention, true);
        check.Among("act_fn", given.ActFn, "silu", "swish");
        // Only the levels' own sides count: a list may name sides that no level has.
        if (given.AttnResolutions is { } sides && given.Resolution is { } resolution)
            check.Agree("attn_resolutions", [.. Enumerable.Range(0, config.Multipliers.Length).Select(level => resolution >> level).Where(sides.Contains)], config.AttentionResolutions);
        check.Require();
    }
}

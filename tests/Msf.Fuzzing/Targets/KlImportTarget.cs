using Msf.Autoencoders;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Weights of small KL autoencoders, in the official layout, in a whole model and in diffusers' layout, imported into a folder.</summary>
internal sealed class KlImportTarget() : HeaderTarget(
    "[4,3,3,3]", "[8,4,1,1]", "encoder.down.1.", "encoder.down.7.", "encoder.down.0.block.63.", "decoder.up_blocks.", "encoder.down_blocks.9.", "mid_block.", "first_stage_model.", "loss.", "scale_factor")
{
    private static readonly AutoencoderConfig _config = new() { Kind = AutoencoderKind.Kl, Kl = new KlConfig { Width = 4, Multipliers = [1, 2], Blocks = 1, Groups = 2 } };

    public override string Name => "import kl";

    public override long Read(byte[] input)
    {
        var (path, config) = (Write(input, "a.safetensors"), Write("""{"norm_num_groups": 2}"""u8.ToArray(), "groups.json"));
        return 4 * AutoencoderImport.ImportKl(path, config, "fuzzed", Path.Combine(Folder, "model")).Parameters;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        using var scope = NewDisposeScope();
        using var network = new KlAutoencoder(_config);
        var state = network.state_dict();
        byte[] Of(Func<string, string> rename) => Written("made", path => SafetensorsWriter.Write(path, state.ToDictionary(pair => rename(pair.Key), pair => pair.Value)));
        yield return Of(name => name);
        yield return Of(name => $"first_stage_model.{name}");
        yield return Of(name => name
            .Replace("down.", "down_blocks.", StringComparison.Ordinal).Replace("up.0.", "up_blocks.1.", StringComparison.Ordinal).Replace("up.1.", "up_blocks.0.", StringComparison.Ordinal)
            .Replace("mid.block_1", "mid_block.resnets.0", StringComparison.Ordinal).Replace("mid.block_2", "mid_block.resnets.1", StringComparison.Ordinal)
            .Replace("mid.attn_1.norm", "mid_block.attentions.0.group_norm", StringComparison.Ordinal).Replace("mid.attn_1.proj_out", "mid_block.attentions.0.to_out.0", StringComparison.Ordinal)
            .Replace("mid.attn_1.", "mid_block.attentions.0.to_", StringComparison.Ordinal).Replace("block.0.", "resnets.0.", StringComparison.Ordinal).Replace("block.1.", "resnets.1.", StringComparison.Ordinal)
            .Replace("downsample.", "downsamplers.0.", StringComparison.Ordinal).Replace("upsample.", "upsamplers.0.", StringComparison.Ordinal)
            .Replace("nin_shortcut", "conv_shortcut", StringComparison.Ordinal).Replace("norm_out", "conv_norm_out", StringComparison.Ordinal));
    }
}

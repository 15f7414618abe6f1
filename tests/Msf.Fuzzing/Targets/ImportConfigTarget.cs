using Msf.Checkpoints;

namespace Msf.Fuzzing;

/// <summary>What others write beside weights: configurations of diffusers and of the official code, of autoencoders and of transformers.</summary>
internal sealed class ImportConfigTarget : JsonTarget
{
    public override string Name => "config.json";

    public override long Read(byte[] input)
    {
        var path = Write(input, "config.json");
        // One file may be of either; it is refused where neither takes it.
        try
        {
            TransformerFile.Read(path);
        }
        catch (InvalidDataException)
        {
            AutoencoderFile.Read(path);
        }
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() =>
    [
        Text("""{"_class_name": "AutoencoderKL", "_diffusers_version": "0.20.0", "act_fn": "silu", "block_out_channels": [32, 64], "in_channels": 3, "latent_channels": 4, "layers_per_block": 1, "norm_num_groups": 32, "scaling_factor": 0.18215, "shift_factor": null, "latents_mean": null}"""),
        Text("""{"_class_name": "AutoencoderTiny", "act_fn": "relu", "encoder_block_out_channels": [64, 64, 64, 64], "num_encoder_blocks": [1, 3, 3, 3], "latent_magnitude": 3, "latent_shift": 0.5, "scaling_factor": 1.0, "upsampling_scaling_factor": 2}"""),
        Text("""{"_class_name": "DiTTransformer2DModel", "activation_fn": "gelu-approximate", "attention_head_dim": 72, "num_attention_heads": 16, "in_channels": 4, "out_channels": 8, "num_layers": 28, "sample_size": 32, "patch_size": 2, "num_embeds_ada_norm": 1000, "norm_type": "ada_norm_zero"}"""),
        Text("""{"ch": 32, "ch_mult": [1, 2, 2], "num_res_blocks": 1, "z_channels": 4, "embed_dim": 4, "resolution": 32, "attn_resolutions": [], "double_z": true, "dropout": 0.0}"""),
        Text("""{"input_size": 8, "patch_size": 2, "in_channels": 4, "hidden_size": 64, "depth": 2, "num_heads": 4, "mlp_ratio": 4.0, "class_dropout_prob": 0.1, "num_classes": 10, "learn_sigma": true}"""),
    ];
}

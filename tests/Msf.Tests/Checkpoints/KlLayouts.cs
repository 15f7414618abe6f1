using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>The layouts in which KL autoencoders are published.</summary>
internal static class KlLayouts
{
    /// <summary>Writes the golden autoencoder in a layout.</summary>
    /// <returns>What to import.</returns>
    public static string Write(TemporaryFolder folder, string layout)
    {
        var official = SharedFiles.Require("golden", "vae", "vae_a_compvis.safetensors");
        var diffusers = SharedFiles.Require("golden", "vae", "vae_a_diffusers");
        var tensors = SafetensorsFile.ReadAll(official);
        Directory.CreateDirectory(folder["in"]);
        var path = Path.Combine(folder["in"], "weights.safetensors");
        switch (layout)
        {
            case "compvis":
                return official;
            case "diffusers":
                return diffusers;
            case "lightning, with losses":
                tensors["loss.logvar"] = zeros([]);
                tensors["loss.discriminator.main.0.weight"] = zeros(4, 3, 4, 4);
                TorchFiles.Write(folder["last.ckpt"], tensors, lightning: true);
                return folder["last.ckpt"];
            case "whole model":
                var whole = tensors.ToDictionary(pair => $"first_stage_model.{pair.Key}", pair => pair.Value);
                whole["model.diffusion_model.input_blocks.0.0.weight"] = zeros(8, 4, 3, 3);
                whole["conditioner.embedders.1.model.ln_final.weight"] = zeros(8);
                SafetensorsWriter.Write(path, whole);
                return folder["in"];
            case "float64":
                SafetensorsWriter.Write(path, tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to_type(ScalarType.Float64)));
                return path;
            default:
                var place = layout.EndsWith("folder", StringComparison.Ordinal) ? Directory.CreateDirectory(Path.Combine(folder["in"], "vae")).FullName : folder["in"];
                var theirs = SafetensorsFile.ReadAll(Path.Combine(diffusers, "diffusion_pytorch_model.safetensors"));
                var old = layout.EndsWith("attention", StringComparison.Ordinal);
                SafetensorsWriter.Write(Path.Combine(place, "diffusion_pytorch_model.safetensors"), theirs.ToDictionary(pair => old ? Old(pair.Key) : pair.Key, pair => pair.Value));
                SafetensorsWriter.Write(Path.Combine(place, "diffusion_pytorch_model.fp16.safetensors"), new Dictionary<string, Tensor> { ["another"] = zeros(1) });
                File.Copy(Path.Combine(diffusers, "config.json"), Path.Combine(place, "config.json"));
                return folder["in"];
        }
    }

    /// <summary>The names of attention before diffusers 0.17.</summary>
    public static string Old(string name) => name
        .Replace("to_q", "query", StringComparison.Ordinal).Replace("to_k", "key", StringComparison.Ordinal)
        .Replace("to_v", "value", StringComparison.Ordinal).Replace("to_out.0", "proj_attn", StringComparison.Ordinal);

    /// <summary>Diffusers' name of an official one: the other way round than the importer, and written apart from it.</summary>
    public static string Diffusers(string name, int levels)
    {
        var parts = name.Split('.').ToList();
        if (parts.IndexOf("up") is >= 0 and var up) (parts[up], parts[up + 1]) = ("up_blocks", $"{levels - 1 - int.Parse(parts[up + 1])}");
        if (parts.IndexOf("mid") is >= 0 and var mid)
        {
            parts[mid] = "mid_block";
            parts[mid + 1] = parts[mid + 1] switch { "block_1" => "resnets.0", "block_2" => "resnets.1", _ => "attentions.0" };
        }
        var isAttention = parts.Contains("attn") || parts.Contains("attentions.0");
        var renamed = string.Join('.', parts.Select(part => part switch
        {
            "down" => "down_blocks",
            "block" => "resnets",
            "attn" => "attentions",
            "downsample" => "downsamplers.0",
            "upsample" => "upsamplers.0",
            "nin_shortcut" => "conv_shortcut",
            "norm_out" => "conv_norm_out",
            "norm" when isAttention => "group_norm",
            "q" or "k" or "v" when isAttention => $"to_{part}",
            "proj_out" when isAttention => "to_out.0",
            _ => part,
        }));
        return renamed;
    }
}

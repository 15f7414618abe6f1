using System.Text.Json;
using System.Text.Json.Serialization;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>
/// What others write beside the weights of an autoencoder: the <c>config.json</c> of diffusers, or the arguments of the official (CompVis) classes. What it
/// says must agree with the weights; what weights do not tell (scale, shift, groups) comes from it.
/// </summary>
internal sealed record AutoencoderFile
{
    private const long LongestFile = 1 << 20;

    // Of the official arguments, what matters in training alone.
    private static readonly string[] _idle = ["dropout"];

    [JsonPropertyName("_class_name")] public string? ClassName { get; init; }

    [JsonPropertyName("in_channels")] public int? InChannels { get; init; }

    [JsonPropertyName("out_ch")] public int? OutCh { get; init; }

    [JsonPropertyName("out_channels")] public int? OutChannels { get; init; }

    [JsonPropertyName("ch")] public int? Ch { get; init; }

    [JsonPropertyName("ch_mult")] public int[]? ChMult { get; init; }

    [JsonPropertyName("num_res_blocks")] public int? NumResBlocks { get; init; }

    [JsonPropertyName("resolution")] public int? Resolution { get; init; }

    [JsonPropertyName("attn_resolutions")] public int[]? AttnResolutions { get; init; }

    [JsonPropertyName("z_channels")] public int? ZChannels { get; init; }

    [JsonPropertyName("embed_dim")] public int? EmbedDim { get; init; }

    [JsonPropertyName("double_z")] public bool? DoubleZ { get; init; }

    [JsonPropertyName("scale_factor")] public double? ScaleFactor { get; init; }

    [JsonPropertyName("latent_channels")] public int? LatentChannels { get; init; }

    [JsonPropertyName("block_out_channels")] public int[]? BlockOutChannels { get; init; }

    [JsonPropertyName("layers_per_block")] public int? LayersPerBlock { get; init; }

    [JsonPropertyName("norm_num_groups")] public int? NormNumGroups { get; init; }

    [JsonPropertyName("use_quant_conv")] public bool? UseQuantConv { get; init; }

    [JsonPropertyName("use_post_quant_conv")] public bool? UsePostQuantConv { get; init; }

    [JsonPropertyName("mid_block_add_attention")] public bool? MidBlockAddAttention { get; init; }

    [JsonPropertyName("act_fn")] public string? ActFn { get; init; }

    [JsonPropertyName("scaling_factor")] public double? ScalingFactor { get; init; }

    [JsonPropertyName("shift_factor")] public double? ShiftFactor { get; init; }

    [JsonPropertyName("latents_mean")] public double[]? LatentsMean { get; init; }

    [JsonPropertyName("latents_std")] public double[]? LatentsStd { get; init; }

    [JsonPropertyName("encoder_block_out_channels")] public int[]? EncoderBlockOutChannels { get; init; }

    [JsonPropertyName("decoder_block_out_channels")] public int[]? DecoderBlockOutChannels { get; init; }

    [JsonPropertyName("num_encoder_blocks")] public int[]? NumEncoderBlocks { get; init; }

    [JsonPropertyName("num_decoder_blocks")] public int[]? NumDecoderBlocks { get; init; }

    [JsonPropertyName("upsample_fn")] public string? UpsampleFn { get; init; }

    [JsonPropertyName("upsampling_scaling_factor")] public int? UpsamplingScalingFactor { get; init; }

    /// <summary>Members that this program does not know; of diffusers' own files they are nobody's business here.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>The factor that makes latents of unit deviation, under either name.</summary>
    [JsonIgnore] public double? Scale => ScalingFactor ?? ScaleFactor;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such configuration.</exception>
    internal static AutoencoderFile Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; a config.json of an autoencoder was expected.", path);
        if (new FileInfo(path).Length > LongestFile) throw new InvalidDataException($"{path}: a configuration of more than {LongestFile} bytes is none.");
        var file = JsonFormat.Parse<AutoencoderFile>(File.ReadAllText(path), path);
        var stray = file.ClassName is null ? file.Others?.Keys.FirstOrDefault(name => !_idle.Contains(name)) : null;
        return stray is null ? file : throw new InvalidDataException($"{path}: there is no member {OneLine.Quote(stray)}.");
    }

    /// <summary>What keeps scale and shift from being two numbers, or a class from being the expected one; empty where nothing does.</summary>
    internal IEnumerable<string> Faults(string className)
    {
        if (ClassName is { } name && name != className) yield return $"it is of the class {OneLine.Quote(name)}, expected {className}";
        if (LatentsMean is not null || LatentsStd is not null) yield return "it has latents_mean or latents_std, a number a channel; only scaling_factor and shift_factor are known here";
        if (Scale is { } scale && !(double.IsFinite(scale) && scale > 0)) yield return $"scaling_factor is {scale}, expected more than 0";
    }
}

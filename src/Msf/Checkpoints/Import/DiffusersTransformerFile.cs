using System.Text.Json;
using System.Text.Json.Serialization;

namespace Msf.Checkpoints;

/// <summary>The <c>config.json</c> of a DiT in diffusers; of its many members those that mean something for this class.</summary>
internal sealed record DiffusersTransformerFile
{
    [JsonPropertyName("_class_name")] public required string ClassName { get; init; }

    [JsonPropertyName("num_attention_heads")] public int? NumAttentionHeads { get; init; }

    [JsonPropertyName("attention_head_dim")] public int? AttentionHeadDim { get; init; }

    [JsonPropertyName("in_channels")] public int? InChannels { get; init; }

    [JsonPropertyName("out_channels")] public int? OutChannels { get; init; }

    [JsonPropertyName("num_layers")] public int? NumLayers { get; init; }

    [JsonPropertyName("sample_size")] public int? SampleSize { get; init; }

    [JsonPropertyName("patch_size")] public int? PatchSize { get; init; }

    [JsonPropertyName("num_embeds_ada_norm")] public int? NumEmbedsAdaNorm { get; init; }

    [JsonPropertyName("norm_type")] public string? NormType { get; init; }

    [JsonPropertyName("activation_fn")] public string? ActivationFn { get; init; }

    /// <summary>The rest.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>The same with the names of the official code.</summary>
    /// <param name="what">The file, for messages.</param>
    /// <exception cref="InvalidDataException">It is of another network.</exception>
    internal TransformerFile ToOfficial(string what)
    {
        var check = new ConfigurationCheck(what);
        check.Among("_class_name", ClassName, "DiTTransformer2DModel", "Transformer2DModel");
        check.Among("norm_type", NormType, "ada_norm_zero");
        check.Among("activation_fn", ActivationFn, "gelu-approximate");
        check.Require();
        return new TransformerFile
        {
            InputSize = SampleSize,
            PatchSize = PatchSize,
            InChannels = InChannels,
            HiddenSize = (long?)NumAttentionHeads * AttentionHeadDim is >= int.MinValue and <= int.MaxValue and var width ? (int)width : null,
            Depth = NumLayers,
            NumHeads = NumAttentionHeads,
            NumClasses = NumEmbedsAdaNorm,
            LearnSigma = OutChannels is { } outputs && InChannels is { } inputs ? outputs == 2L * inputs : null,
        };
    }
}

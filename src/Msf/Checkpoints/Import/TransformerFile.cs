using System.Text.Json.Serialization;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>The arguments of the official DiT and SiT classes, as a JSON file, or diffusers' file for the same; what is given must agree with the weights.</summary>
internal sealed record TransformerFile
{
    private const long LongestFile = 1 << 20;

    [JsonPropertyName("input_size")] public int? InputSize { get; init; }

    [JsonPropertyName("patch_size")] public int? PatchSize { get; init; }

    [JsonPropertyName("in_channels")] public int? InChannels { get; init; }

    [JsonPropertyName("hidden_size")] public int? HiddenSize { get; init; }

    [JsonPropertyName("depth")] public int? Depth { get; init; }

    [JsonPropertyName("num_heads")] public int? NumHeads { get; init; }

    [JsonPropertyName("mlp_ratio")] public double? MlpRatio { get; init; }

    [JsonPropertyName("class_dropout_prob")] public double? ClassDropoutProb { get; init; }

    [JsonPropertyName("num_classes")] public int? NumClasses { get; init; }

    [JsonPropertyName("learn_sigma")] public bool? LearnSigma { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such configuration.</exception>
    internal static TransformerFile Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; a configuration with num_heads was expected.", path);
        if (new FileInfo(path).Length > LongestFile) throw new InvalidDataException($"{path}: a configuration of more than {LongestFile} bytes is none.");
        var text = File.ReadAllText(path);
        return text.Contains("\"_class_name\"", StringComparison.Ordinal)
            ? JsonFormat.Parse<DiffusersTransformerFile>(text, path).ToOfficial(path)
            : JsonFormat.Parse<TransformerFile>(text, path);
    }
}

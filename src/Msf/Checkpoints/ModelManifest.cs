using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Checkpoints;

/// <summary>The <c>model.json</c> of a model folder: everything but the weights that sampling needs.</summary>
public sealed record ModelManifest
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Architecture of every stage, and the factorization.</summary>
    public required ModelConfig Model { get; init; }

    /// <summary>Path and prediction.</summary>
    public required DiffusionConfig Diffusion { get; init; }

    /// <summary>Default budgets and guidance.</summary>
    public required SamplingConfig Sampling { get; init; }

    /// <summary>Component statistics of the training data.</summary>
    public required ComponentStatistics Statistics { get; init; }

    /// <summary>Names of the classes, in the order of their indices.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>Identity of the autoencoder beside the manifest, whose latents the model makes; null where it makes pixels.</summary>
    public string? AutoencoderIdentity { get; init; }

    /// <summary>Where the model comes from; null where unknown.</summary>
    public ModelProvenance? Training { get; init; }

    /// <summary>Of imported weights, where they come from: a file and its digest, or a repository at a commit; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>What the model was distilled from; null where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelDistillation? Distillation { get; init; }

    /// <summary>
    /// SHA-256 of every stage's file, in lower-case hexadecimal digits; null where nobody vouches for the files (older folders).
    /// </summary>
    public string[]? StageDigests { get; init; }

    /// <summary>The same of the file of a shared trunk; null where the stages share none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TrunkDigest { get; init; }

    /// <summary>
    /// SHA-256 of the manifest's own text with these digits as zeros, in lower-case hexadecimal digits; null where nobody vouches for it (older
    /// folders, manifests edited by hand). The last member.
    /// </summary>
    public string? Digest { get; init; }

    /// <summary>Index of a class by its name or by its number.</summary>
    /// <param name="nameOrIndex">For example <c>clock</c> or <c>3</c>.</param>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public int ClassIndex(string nameOrIndex)
    {
        var index = Array.FindIndex(ClassNames, name => string.Equals(name, nameOrIndex, StringComparison.OrdinalIgnoreCase));
        if (index < 0 && int.TryParse(nameOrIndex, out var number) && number >= 0 && number < ClassNames.Length) index = number;
        return index >= 0 ? index : throw new ArgumentException(
            $"there is no class \"{nameOrIndex}\"; choose one of {string.Join(", ", ClassNames.Select((name, i) => $"{i} {name}"))}.");
    }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            return [WrongFormat(FormatVersion.ToString(CultureInfo.InvariantCulture))];
        var errors = new List<string>([.. Model.Validate(), .. Diffusion.Validate()]);
        if (errors.Count > 0) return errors;
        errors.AddRange(Sampling.Validate(Model.Stages.Length));
        if (ClassNames.Length != Model.Classes) errors.Add($"there are {ClassNames.Length} class names for {Model.Classes} classes");
        errors.AddRange(Statistics.Validate(Model.Stages.Length, Model.Channels));
        errors.AddRange(ModelDistillation.Validate(Distillation, Sampling).Select(error => $"distillation: {error}"));
        if (AutoencoderIdentity is { } identity) errors.AddRange(FileDigest.Validate("autoencoderIdentity", identity));
        if (StageDigests is not null && StageDigests.Length != Model.Stages.Length)
            errors.Add($"there are {StageDigests.Length} stage digests for {Model.Stages.Length} stages");
        if (TrunkDigest is not null && !Model.SharedTrunk) errors.Add("there is a trunkDigest for stages that share no trunk");
        return errors;
    }

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">Where it is from, for messages.</param>
    /// <exception cref="InvalidDataException">The text is no manifest of this format, or an invalid one.</exception>
    internal static ModelManifest Parse(string json, string what)
    {
        RequireFormat(json, what);
        return ManifestDigest.Parse<ModelManifest>(json, what, manifest => manifest.Validate(), manifest => manifest.Digest);
    }

    // First of all: a manifest of another format has members that this program does not know, and that is not what is wrong with it.
    private static void RequireFormat(string json, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("formatVersion", out var element)
                && element.ValueKind == JsonValueKind.Number
                && !(element.TryGetInt32(out var version) && version == CurrentFormat))
                throw new InvalidDataException($"{what}: {WrongFormat(element.GetRawText())}");
        }
        catch (Exception error) when (JsonFormat.IsFault(error))
        {
            throw JsonFormat.Explain(error, what);
        }
    }

    private static string WrongFormat(string version) =>
        $"formatVersion is {version}, this program reads {CurrentFormat}; use the version of the program that wrote the model";
}

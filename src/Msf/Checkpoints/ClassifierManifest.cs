using System.Text.Json.Serialization;
using Msf.Models;

namespace Msf.Checkpoints;

/// <summary>The <c>model.json</c> of a classifier's folder.</summary>
public sealed record ClassifierManifest
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Side of the images that it looks at, in pixels; others are resized.</summary>
    public required int Size { get; init; }

    /// <summary>Its architecture.</summary>
    public required ClassifierConfig Classifier { get; init; }

    /// <summary>Names of the classes, in the order of their indices.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>How often it is right on images that it was not trained on.</summary>
    public required ClassifierAccuracy HeldOut { get; init; }

    /// <summary>Share of the held-out images that it tells right, 0 to 1: that of <see cref="HeldOut"/>, for those who read the file.</summary>
    public required double HeldOutAccuracy { get; init; }

    /// <summary>Where it comes from; null where unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelProvenance? Training { get; init; }

    /// <summary>SHA-256 of the weights' file in lower-case hexadecimal digits; null where nobody vouches for it.</summary>
    public string? WeightsDigest { get; init; }

    /// <summary>SHA-256 of the manifest's own text with these digits as zeros; null where nobody vouches for it. The last member.</summary>
    public string? Digest { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            return [$"formatVersion is {FormatVersion}, this program reads {CurrentFormat}; use the version of the program that wrote the classifier"];
        var errors = new List<string>([.. Classifier.Validate().Select(error => $"classifier: {error}"), .. HeldOut.Validate().Select(error => $"heldOut: {error}")]);
        if (errors.Count > 0) return errors;
        if (ClassNames.Length != Classifier.Classes) errors.Add($"there are {ClassNames.Length} class names for {Classifier.Classes} classes");
        if (Size < ImageClassifier.LeastSide(Classifier) || Size > 8192) errors.Add($"size is {Size}, expected {ImageClassifier.LeastSide(Classifier)} to 8192 pixels");
        return errors;
    }

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">Where it is from, for messages.</param>
    /// <exception cref="InvalidDataException">The text is no manifest of this format, or an invalid one.</exception>
    internal static ClassifierManifest Parse(string json, string what) =>
        ManifestDigest.Parse<ClassifierManifest>(json, what, manifest => manifest.Validate(), manifest => manifest.Digest);

    /// <summary>The text to write, sealed.</summary>
    internal string Seal() => ManifestDigest.Text(this with { Digest = ManifestDigest.Blank });
}

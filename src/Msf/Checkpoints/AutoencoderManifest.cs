using Msf.Autoencoders;

namespace Msf.Checkpoints;

/// <summary>The <c>autoencoder.json</c> of an autoencoder's folder.</summary>
public sealed record AutoencoderManifest
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name shown to people, for example "taesd3".</summary>
    public required string Name { get; init; }

    /// <summary>Family, architecture, scale and shift.</summary>
    public required AutoencoderConfig Autoencoder { get; init; }

    /// <summary>Where the weights come from, and their licence where known; null where unknown.</summary>
    public string? Source { get; init; }

    /// <summary>SHA-256 of the weights' file in lower-case hexadecimal digits; null where there are no weights, or nobody vouches for them.</summary>
    public string? WeightsDigest { get; init; }

    /// <summary>SHA-256 of the manifest's own text with these digits as zeros; null where nobody vouches for it. The last member.</summary>
    public string? Digest { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() => FormatVersion == CurrentFormat
        ? Autoencoder.Validate()
        : [$"formatVersion is {FormatVersion}, this program reads {CurrentFormat}; use the version of the program that wrote the autoencoder"];

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">Where it is from, for messages.</param>
    /// <exception cref="InvalidDataException">The text is no manifest of this format, or an invalid one.</exception>
    internal static AutoencoderManifest Parse(string json, string what) =>
        ManifestDigest.Parse<AutoencoderManifest>(json, what, manifest => manifest.Validate(), manifest => manifest.Digest);

    /// <summary>The text to write, sealed.</summary>
    internal string Seal() => ManifestDigest.Text(this with { Digest = ManifestDigest.Blank });
}

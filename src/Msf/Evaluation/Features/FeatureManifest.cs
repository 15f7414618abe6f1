using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>
/// How a network of somebody else's is used: a JSON file beside it, of the same name with the ending <c>.json</c>. Without one the interface is that of
/// <see cref="ByFlag"/>.
/// </summary>
public sealed record FeatureManifest
{
    /// <summary>
    /// The interface of StyleGAN's Inception network and of this project's: <c>forward(images, return_features)</c> takes bytes, resizes by itself, and gives features
    /// where the flag is true, else probabilities.
    /// </summary>
    public static FeatureManifest ByFlag { get; } = new() { Features = new() { Arguments = [true] }, Probabilities = new() { Arguments = [false] } };

    /// <summary>What it takes.</summary>
    public FeatureInput Input { get; init; } = new();

    /// <summary>Where its features are, (B, D).</summary>
    public required FeatureOutput Features { get; init; }

    /// <summary>Where the probabilities of its classes are, (B, K); null where it tells none, or tells logits.</summary>
    public FeatureOutput? Probabilities { get; init; }

    /// <summary>Where logits of its classes are, (B, K), whose softmax is taken; null where it tells none.</summary>
    public FeatureOutput? Logits { get; init; }

    /// <summary>Where spatial features are, (B, C, H, W), for sFID; null where it has none.</summary>
    public FeatureOutput? Spatial { get; init; }

    /// <summary>Names of its classes, in order; empty where they are those of the data, in order.</summary>
    public string[] Classes { get; init; } = [];

    /// <summary>Where the manifest of a network would be.</summary>
    /// <param name="network">The network's file.</param>
    public static string PathOf(string network) => Path.ChangeExtension(network, ".json");

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such record, or a member is out of range.</exception>
    public static FeatureManifest Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; the manifest of a feature network was expected.", path);
        var manifest = JsonFormat.Parse<FeatureManifest>(File.ReadAllText(path), path);
        return manifest.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{path}: {string.Join("; ", errors)}.") : manifest;
    }

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> errors = [.. Input.Validate(), .. Features.Validate("features")];
        if (Features.Channels is not null) errors.Add("features.channels is of spatial features alone; leave it out");
        if (Probabilities is not null && Logits is not null) errors.Add("probabilities and logits are both given; give one of them");
        errors.AddRange(Probabilities?.Validate("probabilities") ?? []);
        errors.AddRange(Logits?.Validate("logits") ?? []);
        errors.AddRange(Spatial?.Validate("spatial") ?? []);
        if (Classes.Distinct(StringComparer.Ordinal).Count() != Classes.Length) errors.Add("classes has a name twice");
        return errors;
    }
}

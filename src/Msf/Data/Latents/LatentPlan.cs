using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// The <c>plan.json</c> of a latent cache: what is encoded, with what and how. It is written before the first shard, and every writer must agree with
/// it, so that a cache is never made of two things.
/// </summary>
public sealed record LatentPlan
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Most bytes of latents in a shard: what a writer holds in memory.</summary>
    public const long MostShardBytes = 1L << 30;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name of the image set, without the folders of the machine.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// SHA-256 over names and labels of all images, in order: another set, or one with other names or labels, is another plan. What is in the images is not looked at:
    /// a set whose images alone changed needs a cache of its own.
    /// </summary>
    public required string SourceDigest { get; init; }

    /// <summary>Images of the set.</summary>
    public required int Images { get; init; }

    /// <summary>Names of the classes, in the order of their labels.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>Width and height, in pixels, to which images were fitted.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Whether every image is there mirrored left to right, too.</summary>
    public required bool Flips { get; init; }

    /// <summary>Images of a shard, but for the last one.</summary>
    public required int ShardImages { get; init; }

    /// <summary>Name of the autoencoder.</summary>
    public required string AutoencoderName { get; init; }

    /// <summary>SHA-256 of what the autoencoder computes (<see cref="IAutoencoder.Identity"/>).</summary>
    public required string AutoencoderIdentity { get; init; }

    /// <summary>Family, architecture, scale and shift of the autoencoder. Latents are stored as the encoder gives them; scale and shift are applied when they are read.</summary>
    public required AutoencoderConfig Autoencoder { get; init; }

    /// <summary>Number of shards.</summary>
    public int Shards => (int)(((long)Images + ShardImages - 1) / ShardImages);

    /// <summary>Width and height of a latent.</summary>
    public int Side => ImageSize / Autoencoder.Factor;

    /// <summary>Whether a latent is a normal distribution: means, then standard deviations.</summary>
    public bool Distribution => Autoencoder.Kl is { Distribution: true };

    /// <summary>Latents of an image: one, or two with the mirrored one.</summary>
    public int Views => Flips ? 2 : 1;

    /// <summary>Planes of a stored latent: its channels, or twice as many for a distribution.</summary>
    public int Planes => Autoencoder.LatentChannels * (Distribution ? 2 : 1);

    /// <summary>Bytes of one stored latent, float16.</summary>
    public int RecordBytes => Planes * Side * Side * sizeof(ushort);

    /// <summary>Places in the set of the images of a shard.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    public (int First, int End) Range(int shard) => (shard * ShardImages, (int)Math.Min(Images, (shard + 1L) * ShardImages));

    /// <summary>File name of a shard.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    public string ShardName(int shard) => string.Create(CultureInfo.InvariantCulture, $"latents-{shard:D5}-of-{Shards:D5}.safetensors");

    /// <summary>SHA-256 of the plan, which every shard names. What set and autoencoder are called is no part of it: their digests are.</summary>
    public string Digest() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this with { Source = "", AutoencoderName = "" }, JsonFormat.Line))));

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            return [$"formatVersion is {FormatVersion}, this program reads {CurrentFormat}; use the version of the program that wrote the cache"];
        var errors = new List<string>(Autoencoder.Validate().Select(error => $"autoencoder: {error}"));
        if (errors.Count > 0) return errors;
        errors.AddRange([.. FileDigest.Validate("sourceDigest", SourceDigest), .. FileDigest.Validate("autoencoderIdentity", AutoencoderIdentity)]);
        if (Images < 1) errors.Add($"images is {Images}, expected at least 1");
        if (ClassNames.Length < 1) errors.Add("there are no classes");
        if (ImageSize < 1 || ImageSize > 8192 || ImageSize % Autoencoder.Factor != 0)
            errors.Add($"the image size is {ImageSize}, expected a multiple of the autoencoder's factor {Autoencoder.Factor}, at most 8192");
        if (ShardImages < 1) errors.Add($"shardImages is {ShardImages}, expected at least 1");
        var bytes = 2.0 * Planes * Side * Side * Views * ShardImages;
        if (errors.Count == 0 && bytes > MostShardBytes)
            errors.Add($"a shard of {ShardImages} images would take {bytes / 1e9:F1} GB, at most {MostShardBytes / 1e9:F1} GB are allowed; take fewer images");
        return errors;
    }

    /// <summary>The digest of names and labels of a set.</summary>
    internal static string DigestOf(ILabeledSet source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < source.Count; i++)
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{source.LabelAt(i)} {source.NameAt(i)}\n")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>The <c>index.json</c> of a latent cache: written last, so a cache that has one is complete.</summary>
public sealed record LatentIndex
{
    /// <summary>What is encoded, with what and how.</summary>
    public required LatentPlan Plan { get; init; }

    /// <summary>The shards, in order.</summary>
    public required LatentShardEntry[] Shards { get; init; }

    /// <summary>Images that could not be encoded and are left out, in order. After repairing them, delete their shards and <c>index.json</c> and encode again, which keeps the others.</summary>
    public required BrokenImage[] Broken { get; init; }

    /// <summary>SHA-256 of the index's own text with these digits as zeros. The last member.</summary>
    public required string Digest { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(Plan.Validate());
        if (errors.Count > 0) return errors;
        if (Shards.Length != Plan.Shards) errors.Add($"it lists {Shards.Length} shards, {Plan.Shards} are planned");
        else if (Shards.Where((shard, i) => shard.File != Plan.ShardName(i)).FirstOrDefault() is { } other) errors.Add($"it lists {OneLine.Quote(other.File)}, which is no shard of the plan");
        if (Shards.Sum(shard => (long)shard.Images) + Broken.Length != Plan.Images)
            errors.Add($"it lists {Shards.Sum(shard => (long)shard.Images)} images and {Broken.Length} broken ones, {Plan.Images} are planned");
        return errors;
    }

    /// <summary>Reads and checks an index.</summary>
    /// <exception cref="InvalidDataException">The text is no index of this format, or an invalid one.</exception>
    internal static LatentIndex Parse(string json, string what)
    {
        var index = JsonFormat.Parse<LatentIndex>(json, what);
        if (!ManifestDigest.Holds(json, index.Digest))
            throw new InvalidDataException($"{what} is not as it was written: it is damaged, or was edited. Delete it and run msf encode again, which keeps the finished shards.");
        return index.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{what}: {string.Join("; ", errors)}") : index;
    }

    /// <summary>The text to write, sealed.</summary>
    internal string Seal() => ManifestDigest.Seal(JsonSerializer.Serialize(this with { Digest = ManifestDigest.Blank }, JsonFormat.Indented) + "\n");
}

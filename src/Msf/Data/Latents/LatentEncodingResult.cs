namespace Msf.Data;

/// <summary>What a writer did.</summary>
/// <param name="Plan">What is encoded.</param>
/// <param name="Index">The index, where the cache is complete; null where other writers have shards to make.</param>
/// <param name="MissingShards">Shards that other writers have still to make.</param>
/// <param name="Encoded">Images that this run encoded; those of shards that were there are not among them.</param>
public sealed record LatentEncodingResult(LatentPlan Plan, LatentIndex? Index, int MissingShards, int Encoded);

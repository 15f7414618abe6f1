namespace Msf.Data;

/// <summary>A shard as the index of a latent cache lists it.</summary>
/// <param name="File">File name.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Digest">SHA-256 of the file.</param>
public sealed record LatentShardEntry(string File, int Images, string Digest);

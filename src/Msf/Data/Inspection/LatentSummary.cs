namespace Msf.Data;

/// <summary>What a latent cache holds, beside its images.</summary>
/// <param name="Autoencoder">Name of the autoencoder.</param>
/// <param name="Identity">SHA-256 of what it computes.</param>
/// <param name="Shape">Channels, height and width of a latent.</param>
/// <param name="Distribution">Whether latents are distributions, of which training draws.</param>
/// <param name="Flips">Whether mirrored images are in it.</param>
/// <param name="Shards">Number of files.</param>
/// <param name="Mean">Mean of all latent values after scale and shift: about 0.</param>
/// <param name="StandardDeviation">Their deviation: about 1.</param>
public sealed record LatentSummary(
    string Autoencoder, string Identity, IReadOnlyList<int> Shape, bool Distribution, bool Flips, int Shards, double Mean, double StandardDeviation);

namespace Msf.Evaluation;

/// <summary>A model in a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">SHA-256 of what it computes with: the weights of its stages, of its autoencoder, and of a weaker model that guides.</param>
/// <param name="Precision">Type of the products.</param>
/// <param name="Images">Images that every stage was trained on; null where unknown.</param>
public sealed record JudgedModel(string Name, string Digest, string Precision, long[]? Images);

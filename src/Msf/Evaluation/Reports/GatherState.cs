namespace Msf.Evaluation;

/// <summary>Where the gathering of a set stands.</summary>
/// <param name="Images">Images gathered.</param>
/// <param name="Digest">Their <see cref="ImageDigest"/>.</param>
/// <param name="Seconds">Seconds it took, over every process that worked on it.</param>
internal sealed record GatherState(int Images, string Digest, double Seconds);

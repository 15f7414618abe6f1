namespace Msf.Checkpoints;

/// <summary>A complete checkpoint of a training run.</summary>
/// <param name="Images">Images that the run had seen.</param>
/// <param name="Folder">The folder that holds it.</param>
public sealed record TrainingCheckpoint(long Images, string Folder);

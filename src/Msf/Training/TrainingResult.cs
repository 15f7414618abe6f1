namespace Msf.Training;

/// <summary>How a run ended.</summary>
/// <param name="Run">Run folder.</param>
/// <param name="Images">Images seen in all.</param>
/// <param name="Seconds">Seconds of training in all, over every process that worked on the run.</param>
/// <param name="Checkpoint">Newest checkpoint.</param>
/// <param name="Model">Model folder.</param>
/// <param name="Completed">Whether the run reached its length; false when it was cancelled.</param>
public sealed record TrainingResult(string Run, long Images, double Seconds, string Checkpoint, string Model, bool Completed);

namespace Msf.Training;

/// <summary>What was built from the snapshots of a run.</summary>
/// <param name="Model">Model folder.</param>
/// <param name="Images">Images of the run at which the averages end.</param>
/// <param name="Snapshots">Number of snapshots they were built from.</param>
/// <param name="ProfileErrors">
/// Of every stage, the norm of the difference between the profiles wanted and built over the norm of the one wanted; 0 is exact, below 0.02 is good.
/// </param>
public sealed record PostHocAverageResult(string Model, long Images, int Snapshots, IReadOnlyList<double> ProfileErrors);

namespace Msf.Server;

/// <summary>Where the images that are being made stand.</summary>
/// <param name="Stage">The stage, from 0.</param>
/// <param name="Step">Solver steps done in it.</param>
/// <param name="Steps">Solver steps of it.</param>
/// <param name="Progress">Share of the whole job's work that is done, 0 to 1.</param>
/// <param name="RemainingSeconds">What is left, as far as one can tell.</param>
internal sealed record JobProgress(int Stage, int Step, int Steps, double Progress, double? RemainingSeconds);

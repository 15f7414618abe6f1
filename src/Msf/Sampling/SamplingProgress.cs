namespace Msf.Sampling;

/// <summary>Where a sampler stands.</summary>
/// <param name="Stage">The running stage, 0 (coarse) to Stages - 1.</param>
/// <param name="Stages">Number of stages.</param>
/// <param name="Step">Solver steps done in this stage.</param>
/// <param name="Steps">Solver steps of this stage.</param>
public readonly record struct SamplingProgress(int Stage, int Stages, int Step, int Steps);

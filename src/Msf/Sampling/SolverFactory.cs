using Msf.Diffusion;

namespace Msf.Sampling;

/// <summary>Makes the solver of one stage of one batch.</summary>
/// <param name="stage">0 (coarse) to S - 1 (fine).</param>
/// <param name="path">The path along which the field goes.</param>
/// <param name="field">What is integrated.</param>
/// <param name="noise">Fresh noise of every step, for stochastic solvers.</param>
/// <returns>A solver, disposed by the sampler; null takes that of the settings.</returns>
public delegate Solver? SolverFactory(int stage, ProbabilityPath path, IFlowField field, FreshNoise noise);

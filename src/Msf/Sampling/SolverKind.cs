namespace Msf.Sampling;

/// <summary>How a stage goes from noise to data, see <see cref="Solver"/>.</summary>
public enum SolverKind
{
    /// <summary>First order, one evaluation a step.</summary>
    Euler,

    /// <summary>Second order (explicit trapezoid), two evaluations a step.</summary>
    Heun,

    /// <summary>DDIM (Song et al. 2021): first order in data and noise instead of the velocity, one evaluation a step; stochastic where <see cref="SolverOptions.Eta"/> is above 0.</summary>
    Ddim,
}

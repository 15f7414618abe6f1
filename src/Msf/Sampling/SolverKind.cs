namespace Msf.Sampling;

/// <summary>How the probability-flow equation dx/dt = v(x, t) is integrated; <see cref="Ddim"/> by <see cref="DdimSolver"/>, the others by <see cref="OdeSolver"/>.</summary>
public enum SolverKind
{
    /// <summary>First order, one evaluation a step.</summary>
    Euler,

    /// <summary>Second order (explicit trapezoid), two evaluations a step.</summary>
    Heun,

    /// <summary>First order in data and noise instead of the velocity, one evaluation a step; see <see cref="DdimSolver"/>.</summary>
    Ddim,
}

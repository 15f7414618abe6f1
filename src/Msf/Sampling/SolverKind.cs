namespace Msf.Sampling;

/// <summary>How the probability-flow equation dx/dt = v(x, t) is integrated.</summary>
public enum SolverKind
{
    /// <summary>First order, one evaluation a step.</summary>
    Euler,

    /// <summary>Second order (explicit trapezoid), two evaluations a step.</summary>
    Heun,
}

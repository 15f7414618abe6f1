namespace Msf.Sampling;

/// <summary>How a stage goes from noise to data, see <see cref="Solver"/>. Orders are measured in docs/sampling.md.</summary>
public enum SolverKind
{
    /// <summary>Euler's method on the velocity: first order, one evaluation a step.</summary>
    Euler,

    /// <summary>Heun's method on the velocity (explicit trapezoid): second order, two evaluations a step.</summary>
    Heun,

    /// <summary>DDIM (Song et al. 2021): first order in data and noise instead of the velocity, one evaluation a step; stochastic where <see cref="SolverOptions.Eta"/> is above 0.</summary>
    Ddim,

    /// <summary>
    /// Ancestral sampling of DDPM (Ho et al. 2020), respaced as DiT does it, with the variance that the network predicts or else the smallest one: stochastic,
    /// one evaluation a step.
    /// </summary>
    Ddpm,

    /// <summary>The stochastic equation of SiT by Euler and Maruyama (Ma et al. 2024): one evaluation a step.</summary>
    EulerMaruyama,

    /// <summary>DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2): multistep, second order, one evaluation a step.</summary>
    DpmPp2M,

    /// <summary>DPM-Solver++(2S) (Lu et al. 2022, arXiv 2211.01095, algorithm 1): singlestep, second order, two evaluations a step.</summary>
    DpmPp2S,

    /// <summary>UniPC (Zhao et al. 2023, arXiv 2302.04867): multistep predictor and corrector, third order unless set otherwise, one evaluation a step.</summary>
    UniPc,

    /// <summary>
    /// Dormand-Prince 5(4): adaptive, the error of a step kept within the tolerances of <see cref="SolverOptions"/>. Every image has steps of its own, so that it does
    /// not depend on its batch; images go one by one.
    /// </summary>
    Dopri5,
}

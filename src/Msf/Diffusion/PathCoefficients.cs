namespace Msf.Diffusion;

/// <summary>The coefficients of <c>x_t = Alpha x1 + Sigma eps</c> at one time, and their derivatives in t.</summary>
/// <param name="Alpha">Share of the data.</param>
/// <param name="Sigma">Share of the noise.</param>
/// <param name="AlphaDerivative">d Alpha / dt, above 0.</param>
/// <param name="SigmaDerivative">d Sigma / dt, at most 0.</param>
public readonly record struct PathCoefficients(double Alpha, double Sigma, double AlphaDerivative, double SigmaDerivative);

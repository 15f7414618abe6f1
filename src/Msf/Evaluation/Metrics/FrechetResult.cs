namespace Msf.Evaluation;

/// <summary>A Frechet distance and what it is made of.</summary>
/// <param name="Distance">Distance of the means and of the covariances, squared units of the features; may be below 0 by rounding.</param>
/// <param name="MeanTerm">|mu1 - mu2|².</param>
/// <param name="CovarianceTerm">tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2).</param>
/// <param name="ClampedMass">
/// Share of the eigenvalues, by absolute value, that were below 0 and counted as 0: rounding makes some 1e-16, much more says that a matrix was no covariance.
/// </param>
public sealed record FrechetResult(double Distance, double MeanTerm, double CovarianceTerm, double ClampedMass);

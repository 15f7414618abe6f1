namespace Msf.Evaluation;

/// <summary>Precision, recall, density and coverage, with their standard errors for the manifolds as they are.</summary>
/// <param name="Precision">Share of the samples inside the data's manifold (Kynkäänniemi et al. 2019, eq. 2), 0 to 1.</param>
/// <param name="Recall">Share of the data inside the samples' manifold, 0 to 1.</param>
/// <param name="Density">Balls of the data around a sample, over k (Naeem et al. 2020, eq. 4).</param>
/// <param name="Coverage">Share of the data whose ball holds a sample (Naeem et al. 2020, eq. 5), 0 to 1.</param>
/// <param name="DensityError">Standard error of the density; the others' are those of shares.</param>
public sealed record ManifoldResult(double Precision, double Recall, double Density, double Coverage, double DensityError);

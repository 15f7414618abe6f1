namespace Msf.Evaluation;

/// <summary>An Inception score.</summary>
/// <param name="Mean">Mean over the parts, 1 to the number of classes.</param>
/// <param name="StandardDeviation">Standard deviation over the parts (of the population), as it is published.</param>
/// <param name="Parts">Number of parts.</param>
public sealed record InceptionScoreResult(double Mean, double StandardDeviation, int Parts);

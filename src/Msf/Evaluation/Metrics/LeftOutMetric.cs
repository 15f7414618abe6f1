namespace Msf.Evaluation;

/// <summary>A figure that could not be had.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Why">What is missing, and what to do about it.</param>
public sealed record LeftOutMetric(MetricKind Metric, string Why);

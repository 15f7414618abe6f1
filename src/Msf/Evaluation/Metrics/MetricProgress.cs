namespace Msf.Evaluation;

/// <summary>Where the computing of figures stands.</summary>
/// <param name="Metric">The one that begins.</param>
/// <param name="Done">Figures that are done.</param>
/// <param name="Count">Figures in all.</param>
public readonly record struct MetricProgress(MetricKind Metric, int Done, int Count);

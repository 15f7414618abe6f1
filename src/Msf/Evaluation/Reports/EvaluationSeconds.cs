namespace Msf.Evaluation;

/// <summary>Where the time went, in seconds.</summary>
/// <param name="Samples">Making samples and looking at them, which overlap.</param>
/// <param name="Data">Reading the data and looking at it.</param>
/// <param name="Metrics">Computing figures from features.</param>
public sealed record EvaluationSeconds(double Samples, double Data, double Metrics);

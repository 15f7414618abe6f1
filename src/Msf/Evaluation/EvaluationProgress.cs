namespace Msf.Evaluation;

/// <summary>Where an evaluation stands.</summary>
/// <param name="Done">Images whose features are known.</param>
/// <param name="Count">Images in all.</param>
public readonly record struct EvaluationProgress(int Done, int Count);

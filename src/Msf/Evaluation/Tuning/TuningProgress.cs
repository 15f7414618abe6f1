namespace Msf.Evaluation;

/// <summary>Where a search stands.</summary>
/// <param name="Elapsed">Time that has passed.</param>
/// <param name="Limit">Time that it may take.</param>
/// <param name="Measurements">Measurements so far.</param>
/// <param name="Count">Samples of the present round.</param>
/// <param name="Candidate">Which candidate of the round is measured, from 1.</param>
/// <param name="Candidates">Candidates of the round.</param>
public readonly record struct TuningProgress(TimeSpan Elapsed, TimeSpan Limit, int Measurements, int Count, int Candidate, int Candidates);

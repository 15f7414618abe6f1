namespace Msf.Evaluation;

/// <summary>Where a comparison stands.</summary>
/// <param name="Arm">The arm at work.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Index">Which of all arms and seeds it is, from 0.</param>
/// <param name="Count">How many there are.</param>
/// <param name="What">What is done: training or sampling.</param>
/// <param name="Done">Images of that.</param>
/// <param name="Total">Images of that in all.</param>
/// <param name="Share">Share of all work that is done, by multiply-adds.</param>
/// <param name="Remaining">Time left at the rate since this process began; null until there is one.</param>
public readonly record struct ComparisonProgress(string Arm, long Seed, int Index, int Count, string What, long Done, long Total, double Share, TimeSpan? Remaining);

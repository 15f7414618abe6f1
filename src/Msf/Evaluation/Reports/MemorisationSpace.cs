namespace Msf.Evaluation;

/// <summary>How near samples come to the data in one space, against images that the model cannot have repeated from it.</summary>
/// <param name="Samples">Distances of samples to the nearest image of the data.</param>
/// <param name="Others">The same of the images that they are compared with.</param>
/// <param name="NearerThanFirstPercent">Share of the samples that are nearer than all but 1 % of those: about 0.01 where the model repeats nothing.</param>
/// <param name="NearerThanMedian">Share of the samples that are nearer than half of those: about 0.5 where the model repeats nothing.</param>
public sealed record MemorisationSpace(DistanceSummary Samples, DistanceSummary Others, double NearerThanFirstPercent, double NearerThanMedian);

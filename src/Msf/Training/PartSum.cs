namespace Msf.Training;

/// <summary>Sum of a named figure over the steps that had it.</summary>
/// <param name="Steps">Number of those steps.</param>
/// <param name="Sum">Sum of the figure.</param>
public sealed record PartSum(int Steps, double Sum);

namespace Msf.Evaluation;

/// <summary>A kernel distance by subsets.</summary>
/// <param name="Mean">Mean of the unbiased estimates.</param>
/// <param name="StandardError">Standard error of it.</param>
/// <param name="Subsets">How many.</param>
/// <param name="Size">Images of each set in one.</param>
public sealed record KernelResult(double Mean, double StandardError, int Subsets, int Size);

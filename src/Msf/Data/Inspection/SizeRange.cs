namespace Msf.Data;

/// <summary>Smallest and largest of the sizes met, in pixels; equal where all are the same.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
public readonly record struct SizeRange(int Least, int Most);

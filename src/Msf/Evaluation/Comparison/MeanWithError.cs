namespace Msf.Evaluation;

/// <summary>A mean over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error: the standard deviation of the seeds, with n - 1, over the root of n. Null for one seed.</param>
/// <param name="Count">Number of seeds n.</param>
public sealed record MeanWithError(double Mean, double? StandardError, int Count)
{
    /// <summary>Of values.</summary>
    /// <param name="values">At least one.</param>
    public static MeanWithError Of(double[] values) => new(values.Average(), values.Length < 2 ? null : Spread.Deviation(values) / Math.Sqrt(values.Length), values.Length);
}

namespace Msf.Evaluation;

/// <summary>Spread of a few numbers.</summary>
internal static class Spread
{
    /// <summary>Standard deviation, from the count less 1.</summary>
    /// <param name="values">At least two.</param>
    public static double Deviation(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        foreach (var value in values) mean += value / values.Length;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / (values.Length - 1));
    }

    /// <summary>Standard error of a share of independent things: that of the bootstrap at infinitely many resamples.</summary>
    public static double OfShare(double share, long count) => Math.Sqrt(Math.Max(0, share * (1 - share)) / count);
}

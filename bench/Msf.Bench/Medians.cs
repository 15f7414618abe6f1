namespace Msf.Bench;

/// <summary>The middle of measurements.</summary>
internal static class Medians
{
    /// <summary>The upper of the two in the middle where their number is even.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

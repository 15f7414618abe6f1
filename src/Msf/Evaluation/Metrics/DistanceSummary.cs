namespace Msf.Evaluation;

/// <summary>What distances there are.</summary>
/// <param name="Count">How many.</param>
/// <param name="Minimum">The smallest.</param>
/// <param name="FirstPercent">What 1 % are below.</param>
/// <param name="Median">What half are below.</param>
/// <param name="Mean">Their mean.</param>
public sealed record DistanceSummary(int Count, double Minimum, double FirstPercent, double Median, double Mean)
{
    /// <summary>Summarises distances.</summary>
    /// <param name="distances">At least one; ordered in place.</param>
    internal static DistanceSummary Of(double[] distances)
    {
        Array.Sort(distances);
        return new DistanceSummary(distances.Length, distances[0], Quantile(distances, 0.01), Quantile(distances, 0.5), distances.Average());
    }

    /// <summary>Linear between the ordered values, as NumPy's default.</summary>
    private static double Quantile(double[] ordered, double share)
    {
        var place = share * (ordered.Length - 1);
        var below = (int)place;
        return below + 1 < ordered.Length ? ordered[below] + (place - below) * (ordered[below + 1] - ordered[below]) : ordered[below];
    }
}

namespace Msf.Evaluation;

/// <summary>The plots of a report.</summary>
internal static class ReportPlots
{
    private const int Steps = 100;

    /// <summary>Frechet distances of growing numbers of samples with the line to infinitely many; null where it was not extrapolated.</summary>
    public static Plot? Extrapolation(MetricSet metrics)
    {
        if (metrics.Extrapolation is not { } line) return null;
        var most = 1e3 / line.Counts.Min();
        return new Plot(
            "Frechet distance against the number of samples", new PlotAxis("1000 / samples (0: infinitely many)"), new PlotAxis("Frechet distance"),
            [
                new PlotSeries("the line", [(0, line.Intercept, metrics.Errors.FrechetDistanceInfinity ?? line.InterceptError), (most, line.Intercept + line.Slope * most / 1e3, 0)]),
                new PlotSeries("measured", [.. line.Counts.Zip(line.Distances, (count, distance) => (1e3 / count, distance, 0.0))]) { Joined = false },
            ]);
    }

    /// <summary>Shares of images farther from the data than a distance, of samples and of what they are compared with.</summary>
    /// <param name="samples">Distances of samples.</param>
    /// <param name="others">Distances of the others.</param>
    /// <param name="othersName">What those are.</param>
    /// <param name="label">What the distance is of.</param>
    public static Plot? Distances(IReadOnlyList<double> samples, IReadOnlyList<double> others, string othersName, string label) => samples.Count == 0 || others.Count == 0
        ? null
        : new Plot(
            "Distance to the nearest image of the data", new PlotAxis(label), new PlotAxis("share of images that are farther"),
            [new PlotSeries("samples", Farther(samples)), new PlotSeries(othersName, Farther(others))]);

    /// <summary>Energies of frequencies against the data's.</summary>
    public static Plot? Frequencies(MetricSet metrics) => metrics.Bands is not { } bands
        ? null
        : new Plot(
            "Energy by frequency: samples over data, less 1", new PlotAxis("cycles an image"), new PlotAxis("relative error"),
            [
                new PlotSeries("samples", [.. bands.Frequencies.Select((band, i) => (X: (double)i, Y: band.Error ?? double.NaN, Error: band.StandardError ?? 0))]),
                new PlotSeries("the data", [(0, 0, 0), (bands.Frequencies.Length - 1, 0, 0)]),
            ]);

    private static (double X, double Y, double Error)[] Farther(IReadOnlyList<double> distances)
    {
        var ordered = distances.Order().ToArray();
        return [.. Enumerable.Range(0, Math.Min(Steps, ordered.Length)).Select(i =>
        {
            var place = (int)((long)i * (ordered.Length - 1) / Math.Max(1, Math.Min(Steps, ordered.Length) - 1));
            return (ordered[place], 1 - (place + 0.5) / ordered.Length, 0.0);
        })];
    }
}

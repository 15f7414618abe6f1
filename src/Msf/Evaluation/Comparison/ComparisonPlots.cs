namespace Msf.Evaluation;

/// <summary>The plots of a comparison.</summary>
internal static class ComparisonPlots
{
    /// <summary>Quality against the cost of training and of sampling, means over seeds with standard errors; in pieces of at most so many arms, since more curves cannot be told apart.</summary>
    /// <returns>Names of files, and plots.</returns>
    public static IEnumerable<(string Name, Plot Plot)> Of(ComparisonReport report)
    {
        if (report.Arms.Length == 0) return [];
        var (samples, features) = (report.Config.Measures.Samples, Path.GetFileName(report.Config.Measures.Features));
        var distance = new PlotAxis($"Frechet distance, {samples:N0} samples ({features})", Logarithmic: true);
        return
        [
            ("training", Draw("Quality against the cost of training", "T multiply-adds of training", arm => arm.Training, point => point.TrainingMultiplyAdds / 1e12)),
            ("sampling", Draw("Quality against the cost of sampling", "G multiply-adds an image", arm => arm.Front, point => point.SamplingMultiplyAdds / 1e9)),
            ("seconds", Draw("Quality against the time of sampling", "ms an image", arm => arm.Front, point => 1e3 * point.SecondsPerImage)),
        ];

        Plot Draw(string title, string cost, Func<ArmResult, ArmPoint[]> points, Func<ArmPoint, double> at) => new(
            title, new PlotAxis(cost, Logarithmic: true), distance,
            [.. report.Arms.Select(arm => new PlotSeries(arm.Name, [.. points(arm).Select(p => (at(p), p.Distance.Mean, p.Distance.StandardError ?? 0))]))]);
    }
}

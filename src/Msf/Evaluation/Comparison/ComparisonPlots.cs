namespace Msf.Evaluation;

/// <summary>The plots of a comparison.</summary>
internal static class ComparisonPlots
{
    private const int MostArms = 6;

    /// <summary>Quality against the cost of training and of sampling, means over seeds with standard errors; in pieces of at most so many arms, since more curves cannot be told apart.</summary>
    /// <returns>Names of files, and plots.</returns>
    public static IEnumerable<(string Name, Plot Plot)> Of(ComparisonReport report)
    {
        if (report.Arms.Length == 0) return [];
        var (samples, features) = (report.Config.Measures.Samples, Path.GetFileName(report.Config.Measures.Features));
        var distance = new PlotAxis($"Frechet distance, {samples:N0} samples ({features})", Logarithmic: true);
        return
        [
            .. Draw("training", "Quality against the cost of training", "T multiply-adds of training", arm => arm.Training, point => point.TrainingMultiplyAdds / 1e12),
            .. Draw("sampling", "Quality against the cost of sampling", "G multiply-adds an image", arm => arm.Front, point => point.SamplingMultiplyAdds / 1e9),
            .. Draw("seconds", "Quality against the time of sampling", "ms an image", arm => arm.Front, point => 1e3 * point.SecondsPerImage),
        ];

        IEnumerable<(string, Plot)> Draw(string name, string title, string cost, Func<ArmResult, ArmPoint[]> points, Func<ArmPoint, double> at)
        {
            var pictures = Pictures(report.Arms).ToList();
            return pictures.Select((arms, i) => (pictures.Count == 1 ? name : $"{name}-{i + 1}", new Plot(
                title, new PlotAxis(cost, Logarithmic: true), distance,
                [.. arms.Select(arm => new PlotSeries(arm.Name, [.. points(arm).Select(p => (at(p), p.Distance.Mean, p.Distance.StandardError ?? 0))]))])));
        }
    }

    // Each with all arms of one level, and with as many of the others as have colours of their own; the first of those is in all, to be held against.
    private static IEnumerable<ArmResult[]> Pictures(ArmResult[] arms)
    {
        if (arms.Length <= MostArms) return [arms];
        var shared = arms.Where(arm => arm.Stages == 1).Take(MostArms / 2).ToList();
        if (arms.FirstOrDefault(arm => arm.Stages > 1) is { } first) shared.Add(first);
        return arms.Except(shared).Chunk(MostArms - shared.Count).Select(rest => (ArmResult[])[.. shared, .. rest]);
    }
}

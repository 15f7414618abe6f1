using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Measures the models of an arm with a seed: under every guidance scale at the end of training, and with the best one along the way and under every budget.</summary>
internal sealed class ArmMeasurement(PlannedArm arm, ComparisonMeasures measures, Func<int, string> modelAt, Func<MsfModel, ComparisonReference> reference, Device device)
{
    /// <summary>Told the samples drawn so far of so many, of the present measurement.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Makes every measurement that the journal does not have.</summary>
    /// <param name="journal">Takes them.</param>
    /// <param name="cancellation">Looked at after every batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(Journal<ComparisonPoint> journal, CancellationToken cancellation)
    {
        var last = arm.JudgedAtShares.Length - 1;
        var final = measures.Guidance.Distinct().Select(scale => Get(journal, last, measures.Budget, scale, cancellation)).ToList();
        var best = Best(final).Guidance;
        for (var judged = 0; judged < last; judged++) Get(journal, judged, measures.Budget, best, cancellation);
        foreach (var budget in measures.Budgets) Get(journal, last, budget, best, cancellation);
    }

    /// <summary>How many measurements there are in all for a model of so many stages, and their multiply-adds where the best scale costs what the dearest does.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="measures">How it is judged.</param>
    public static double MultiplyAdds(PlannedArm arm, ComparisonMeasures measures)
    {
        var dearest = measures.Guidance.Max(scale => (Cost(measures.Budget, scale), scale)).scale;
        return measures.Samples * (measures.Guidance.Distinct().Sum(scale => Cost(measures.Budget, scale)) + (arm.JudgedAtShares.Length - 1) * Cost(measures.Budget, dearest)
            + Budgets(arm, measures).Sum(budget => Cost(budget, dearest)));

        double Cost(int[] budget, double scale) => arm.SamplingMultiplyAdds(arm.Sampling(budget, scale));
    }

    /// <summary>Number of measurements.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="measures">How it is judged.</param>
    public static int Count(PlannedArm arm, ComparisonMeasures measures) => measures.Guidance.Distinct().Count() + arm.JudgedAtShares.Length - 1 + Budgets(arm, measures).Count();

    /// <summary>The measurements that are asked for now: a journal may hold others, of another number of samples, or of budgets and scales that are no longer in the comparison.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="measures">How it is judged.</param>
    /// <param name="points">What was measured.</param>
    public static IReadOnlyList<ComparisonPoint> Asked(PlannedArm arm, ComparisonMeasures measures, IEnumerable<ComparisonPoint> points)
    {
        var steps = Budgets(arm, measures).Append(Common(arm, measures)).Select(Key).ToHashSet(StringComparer.Ordinal);
        return [.. points.Where(p => p.Count == measures.Samples && measures.Guidance.Contains(p.Guidance) && steps.Contains(Key(p.Steps)))];
    }

    /// <summary>Whether all measurements are there: those under the guidance scales, and those with the best of them.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="measures">How it is judged.</param>
    /// <param name="asked">What was measured of that (<see cref="Asked"/>).</param>
    public static bool IsComplete(PlannedArm arm, ComparisonMeasures measures, IReadOnlyList<ComparisonPoint> asked)
    {
        var common = Common(arm, measures);
        bool Has(double share, int[] steps, double scale) => asked.Any(p => p.Share == share && p.Guidance == scale && p.Steps.SequenceEqual(steps));
        if (!measures.Guidance.All(scale => Has(1, common, scale))) return false;
        var best = Best(asked.Where(p => p.Share == 1 && p.Steps.SequenceEqual(common))).Guidance;
        return arm.JudgedAtShares.All(share => Has(share, common, best)) && Budgets(arm, measures).All(steps => Has(1, steps, best));
    }

    /// <summary>The point of the smallest distance.</summary>
    public static ComparisonPoint Best(IEnumerable<ComparisonPoint> points) => points.MinBy(point => point.Distance)!;

    // Those that differ from the common budget and from each other for this model.
    private static IEnumerable<int[]> Budgets(PlannedArm arm, ComparisonMeasures measures)
    {
        var common = Key(Common(arm, measures));
        return measures.Budgets.Select(budget => ComparisonMeasures.StepsOf(budget, arm.Config.Model.Stages.Length)).DistinctBy(Key).Where(steps => Key(steps) != common);
    }

    private static int[] Common(PlannedArm arm, ComparisonMeasures measures) => ComparisonMeasures.StepsOf(measures.Budget, arm.Config.Model.Stages.Length);

    private static string Key(int[] steps) => string.Join('+', steps);

    private ComparisonPoint Get(Journal<ComparisonPoint> journal, int judged, int[] budget, double scale, CancellationToken cancellation)
    {
        var (share, steps) = (arm.JudgedAtShares[judged], ComparisonMeasures.StepsOf(budget, arm.Config.Model.Stages.Length));
        if (journal.Entries.FirstOrDefault(point => point.Share == share && point.Guidance == scale && point.Count == measures.Samples && point.Steps.SequenceEqual(steps)) is { } known) return known;
        using var model = MsfModel.Load(modelAt(judged), device, measures.Precision);
        var data = reference(model);
        data.RequireFit(model);
        using var objective = new ModelObjective(model, data.Evaluator, data.Data, data.ClassCounts, arm.Seed) { Progress = new Drawn(Progress) };
        var measured = objective.Measure(arm.Sampling(budget, scale), measures.Samples, cancellation);
        var point = new ComparisonPoint
        {
            Share = share,
            TrainingMultiplyAdds = arm.TrainingMultiplyAddsAt(arm.JudgedAtImages[judged]),
            Steps = steps,
            Guidance = scale,
            SamplingMultiplyAdds = measured.MultiplyAdds,
            SecondsPerImage = measured.SecondsPerImage,
            Count = measured.Count,
            Distance = measured.Distance,
            StandardError = measured.StandardError,
            KernelDistance = measured.KernelDistance,
        };
        journal.Add(point);
        return point;
    }

    private sealed class Drawn(Action<int, int>? report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report?.Invoke(value.Done, value.Count);
    }
}

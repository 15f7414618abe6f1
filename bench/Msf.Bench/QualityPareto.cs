using System.Globalization;
using Msf.Evaluation;
using Msf.Sampling;

namespace Msf.Bench;

/// <summary>
/// Quality against the cost of sampling for several models in one run: every budget of a grid of steps, solvers and guidance scales, the front of each model, and what the first model's front saves
/// against each other's at equal quality.
/// </summary>
internal static class QualityPareto
{
    public static void Run(IReadOnlyList<string> models, string data, string features, QualityOptions options)
    {
        var studies = models.Select(model => new QualityStudy(model, data, features, options)).ToList();
        try
        {
            QualityStudy.PrintHead();
            // In turns, so that whatever else the machine does meets all models alike.
            var budgets = studies.SelectMany((study, i) => Budgets(study, options).Select((budget, j) => (Study: study, i, budget, Order: j)))
                .OrderBy(entry => entry.Order).ThenBy(entry => entry.i);
            foreach (var (study, i, budget, _) in budgets)
                study.Measure($"{i} {study.Model.Manifest.Model.Name}", budget.Stages.Sum(stage => stage.Steps), budget);
            QualityStudy.WriteAll("pareto", data, studies);
            Draw("pareto", "multiply-adds an image, G", studies, measured => measured.MultiplyAdds / 1e9, options);
            Draw("pareto-seconds", "ms an image, this machine", studies, measured => 1e3 * measured.SecondsPerImage, options);
            for (var i = 1; i < studies.Count; i++)
            {
                Ratios("multiply-adds", studies[0], studies[i], measured => measured.MultiplyAdds);
                Ratios("seconds", studies[0], studies[i], measured => measured.SecondsPerImage);
            }
        }
        finally
        {
            foreach (var study in studies) study.Dispose();
        }
    }

    // Every combination of stage steps in which no stage has more than the one before it: steps cost the same in each, and the base needs them most.
    private static List<SamplingConfig> Budgets(QualityStudy study, QualityOptions options)
    {
        var settings = study.Settings();
        var stages = settings.Stages.Length;
        IEnumerable<int[]> steps = [[]];
        for (var stage = 0; stage < stages; stage++)
            steps = steps.SelectMany(chosen => options.Steps.Where(n => chosen.Length == 0 || n <= chosen[^1]).Select(n => (int[])[.. chosen, n]));
        return
        [
            .. from chosen in steps
               from solver in options.Solvers ?? [settings.Stages[0].Solver]
               from scale in options.Guidance ?? [settings.Stages[0].Guidance.Scale]
               select settings with
               {
                   Stages =
                   [
                       .. settings.Stages.Select((stage, i) => stage with
                       {
                           Steps = chosen[i],
                           Solver = solver,
                           Guidance = i == 0 ? stage.Guidance with { Scale = scale } : stage.Guidance,
                       }),
                   ],
               },
        ];
    }

    private static List<TuningMeasurement> Front(QualityStudy study, Func<TuningMeasurement, double> cost)
    {
        var front = new List<TuningMeasurement>();
        foreach (var measured in study.Points.Select(point => point.Measured).OrderBy(cost).ThenBy(m => m.Distance))
            if (front.Count == 0 || measured.Distance < front[^1].Distance) front.Add(measured);
        return front;
    }

    private static void Draw(string name, string axis, List<QualityStudy> studies, Func<TuningMeasurement, double> cost, QualityOptions options)
    {
        var series = studies.Select(study => new PlotSeries(study.Model.Manifest.Model.Name, [.. Front(study, cost).Select(m => (cost(m), m.Distance, m.StandardError))]));
        var all = studies.Select(study => new PlotSeries($"all of {study.Model.Manifest.Model.Name}", [.. study.Points.Select(p => (cost(p.Measured), p.Measured.Distance, 0.0))]) { Joined = false });
        var plot = new Plot($"Quality against the cost of sampling, {options.Count} samples", new PlotAxis(axis, Logarithmic: true), new PlotAxis("Frechet distance", Logarithmic: true), [.. series, .. all]);
        plot.WritePng(Path.Combine(options.Out, $"{name}.png"));
        plot.WriteSvg(Path.Combine(options.Out, $"{name}.svg"));
    }

    // What each point of the other's front costs against the cheapest point of this front that is as good.
    private static void Ratios(string unit, QualityStudy study, QualityStudy other, Func<TuningMeasurement, double> cost)
    {
        var front = Front(study, cost);
        foreach (var point in Front(other, cost))
        {
            var equal = front.FirstOrDefault(mine => mine.Distance <= point.Distance);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{unit}: distance {point.Distance:F2} costs {other.Model.Manifest.Model.Name} {cost(point):G4}, {study.Model.Manifest.Model.Name} {(equal is null ? "more than was tried" : $"{cost(equal):G4} ({equal.Distance:F2}), ratio {cost(point) / cost(equal):F2}")}"));
        }
    }
}

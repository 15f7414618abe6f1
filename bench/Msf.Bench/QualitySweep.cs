using Msf.Evaluation;

namespace Msf.Bench;

/// <summary>
/// Frechet distance against the steps of each stage, the others held fixed, for several solvers: how few steps are enough? Every stage gets a plot over its steps and one over the cost of the image.
/// </summary>
internal static class QualitySweep
{
    public static void Run(string model, string data, string features, QualityOptions options)
    {
        using var study = new QualityStudy(model, data, features, options);
        var settings = study.Settings();
        QualityStudy.PrintHead();
        for (var stage = 0; stage < settings.Stages.Length; stage++)
        {
            var curves = new List<(string Name, List<(int Steps, TuningMeasurement Measured)> Points)>();
            foreach (var solver in options.SolversOrAll(settings.Stages[stage]))
            {
                var points = new List<(int, TuningMeasurement)>();
                foreach (var steps in options.Steps)
                {
                    var sampling = settings with { Stages = [.. settings.Stages] };
                    sampling.Stages[stage] = sampling.Stages[stage] with { Solver = solver, Steps = steps };
                    points.Add((steps, study.Measure($"stage {stage} {solver}", steps, sampling)));
                }
                curves.Add((solver.ToString(), points));
            }
            var others = string.Join(", ", settings.Stages.Select((s, i) => (s, i)).Where(pair => pair.i != stage).Select(pair => $"stage {pair.i}: {pair.s.Steps} steps of {pair.s.Solver}"));
            var title = $"{study.Model.Manifest.Model.Name}, stage {stage}{(others.Length > 0 ? $" ({others})" : "")}, {options.Count} samples";
            Draw($"steps-stage{stage}", title, new PlotAxis("solver steps", Logarithmic: true), curves, point => point.Steps, options);
            Draw($"cost-stage{stage}", title, new PlotAxis("multiply-adds an image, G", Logarithmic: true), curves, point => point.Measured.MultiplyAdds / 1e9, options);
            study.Write("quality-sweep", data);
        }
    }

    private static void Draw(
        string name, string title, PlotAxis axis, List<(string Name, List<(int Steps, TuningMeasurement Measured)> Points)> curves, Func<(int Steps, TuningMeasurement Measured), double> x,
        QualityOptions options)
    {
        var plot = new Plot(
            title, axis, new PlotAxis("Frechet distance", Logarithmic: true),
            [.. curves.Select(curve => new PlotSeries(curve.Name, [.. curve.Points.Select(point => (x(point), point.Measured.Distance, point.Measured.StandardError))]))]);
        plot.WritePng(Path.Combine(options.Out, $"{name}.png"));
        plot.WriteSvg(Path.Combine(options.Out, $"{name}.svg"));
    }
}

using System.Text.Json.Serialization;
using Msf.Evaluation;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf tune --json</c> prints.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Features">Name of the feature network.</param>
/// <param name="Seed">Seed of all samples.</param>
/// <param name="Count">Samples at which the front was taken.</param>
/// <param name="ReferenceImages">Images of the data; null where a file did not tell.</param>
/// <param name="Interrupted">Whether it was stopped.</param>
/// <param name="Rule">Rule of the choice.</param>
/// <param name="Own">The settings before; null where time was too short for them.</param>
/// <param name="Picked">The choice.</param>
/// <param name="Front">The settings worth their cost, by rising cost.</param>
/// <param name="Written">Whether the choice is now the model's default.</param>
/// <param name="Files">Files written.</param>
internal sealed record TuneReport(
    string Model, string Features, long Seed, int Count, long? ReferenceImages, bool Interrupted, string Rule, TuneReport.Point? Own, TuneReport.Point Picked,
    IReadOnlyList<TuneReport.Point> Front, bool Written, IReadOnlyList<string> Files)
{
    /// <summary>Settings and what they gave.</summary>
    internal sealed record Point(
        int[] Steps, string[] Solver, double[] Guidance, double[][] GuidanceInterval, string[] Grid, double[] TimeShift, double? ConditionTime, double FrechetDistance, double StandardError,
        double? KernelDistance, long MultiplyAddsPerImage, double SecondsPerImage)
    {
        /// <summary>Of a point of the library's report.</summary>
        internal static Point Of(TuningReport.Point point)
        {
            var stages = point.Sampling.Stages;
            return new(
                [.. stages.Select(s => s.Steps)], [.. stages.Select(s => s.Solver.ToString().ToLowerInvariant())], [.. stages.Select(s => s.Guidance.Scale)],
                [.. stages.Select(s => new[] { s.Guidance.From, s.Guidance.To })], [.. stages.Select(s => s.Grid.Kind.ToString().ToLowerInvariant())], [.. stages.Select(s => s.TimeShift)], point.Sampling.ConditionTime, point.Distance, point.Error,
                point.KernelDistance, point.MultiplyAdds, point.SecondsPerImage);
        }
    }

    /// <summary>Of the library's report.</summary>
    internal static TuneReport Of(TuningReport report, bool written, IReadOnlyList<string> files) => new(
        report.Model, report.Features, report.Identity.Seed, report.Count, report.ReferenceImages, report.Interrupted, report.Rule, report.Own is null ? null : Point.Of(report.Own),
        Point.Of(report.Picked), [.. report.Front.Select(Point.Of)], written, files);
}

/// <summary>Writes a <see cref="TuneReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TuneReport))]
internal sealed partial class TuneJson : JsonSerializerContext;

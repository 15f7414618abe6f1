using System.Text.Json.Serialization;
using Msf.Evaluation;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf compare --json</c> prints; report.json has more.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Arms">The arms that have results.</param>
/// <param name="Contests">The best factorized arm against every arm of one level.</param>
/// <param name="Verdict">The same in words.</param>
/// <param name="Missing">Arms and seeds that are not measured yet.</param>
/// <param name="Files">Files written.</param>
internal sealed record CompareReport(string Name, IReadOnlyList<CompareReport.Arm> Arms, IReadOnlyList<ArmContest> Contests, IReadOnlyList<string> Verdict, IReadOnlyList<string> Missing, IReadOnlyList<string> Files)
{
    /// <summary>An arm at the end of its training, under the common budget.</summary>
    internal sealed record Arm(string Name, long[] Seeds, double[] Guidance, MeanWithError FrechetDistance, MeanWithError? Kid, double TrainingMultiplyAdds, double MultiplyAddsPerImage, double SecondsPerImage);

    /// <summary>Of the library's report.</summary>
    internal static CompareReport Of(ComparisonReport report, IReadOnlyList<string> files) => new(
        report.Config.Name,
        [.. report.Arms.Select(arm => new Arm(arm.Name, arm.Seeds, arm.Guidance, arm.End.Distance, arm.End.KernelDistance, arm.End.TrainingMultiplyAdds, arm.End.SamplingMultiplyAdds, arm.End.SecondsPerImage))],
        report.Contests, report.Verdict, report.Missing, files);
}

/// <summary>Writes a <see cref="CompareReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CompareReport))]
internal sealed partial class CompareJson : JsonSerializerContext;

using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

/// <summary>Made-up results of arms.</summary>
internal static class ArmResults
{
    /// <summary>An arm that was judged at a half and the whole of 8 multiply-adds, and sampled with two budgets.</summary>
    public static ArmResult Of(string name, int stages, double half, params double[] distances)
    {
        ArmPoint Point(double training, double sampling, double factor) =>
            new(training, sampling, sampling / 1e3, [1], MeanWithError.Of([.. distances.Select(d => factor * d)]), null);
        return new ArmResult
        {
            Name = name,
            Stages = stages,
            Parameters = 10,
            ImagesPerStage = [5],
            Seeds = [.. distances.Select((_, i) => (long)i)],
            Guidance = [.. distances.Select(_ => 1.0)],
            Distances = distances,
            Training = [Point(4, 2, half), Point(8, 2, 1)],
            Sampling = [Point(8, 1, 2), Point(8, 2, 1)],
            Scales = [new ArmResult.GuidedPoint(1, Point(8, 2, 1))],
        };
    }
}

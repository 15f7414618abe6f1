using Msf.Models;

namespace Msf.Evaluation;

/// <summary>What an arm gave, over the seeds that are measured in full.</summary>
public sealed record ArmResult
{
    /// <summary>Name of the arm.</summary>
    public required string Name { get; init; }

    /// <summary>Number of stages; one is a model of one level.</summary>
    public required int Stages { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Images of every stage in the training.</summary>
    public required long[] ImagesPerStage { get; init; }

    /// <summary>Seeds measured in full.</summary>
    public required long[] Seeds { get; init; }

    /// <summary>The best guidance scale of each.</summary>
    public required double[] Guidance { get; init; }

    /// <summary>Frechet distance of every seed at the end of training under the common budget and its best scale, in the order of the seeds.</summary>
    public required double[] Distances { get; init; }

    /// <summary>Under the common budget with the best scale, along the training; the last is its end.</summary>
    public required ArmPoint[] Training { get; init; }

    /// <summary>The trained model under every budget with the best scale, by rising cost.</summary>
    public required ArmPoint[] Sampling { get; init; }

    /// <summary>Under every guidance scale of the common budget.</summary>
    public required GuidedPoint[] Scales { get; init; }

    /// <summary>The end of training under the common budget.</summary>
    public ArmPoint End => Training[^1];

    /// <summary>The budgets that no other of this arm beats in cost and quality, by rising cost.</summary>
    public ArmPoint[] Front
    {
        get
        {
            var front = new List<ArmPoint>();
            foreach (var point in Sampling)
                if (front.Count == 0 || point.Distance.Mean < front[^1].Distance.Mean) front.Add(point);
            return [.. front];
        }
    }

    /// <summary>Gathers an arm.</summary>
    /// <param name="arms">The arm with each of its seeds, and the measurements of that which are asked for: all there, and no others.</param>
    /// <param name="measures">How it was judged.</param>
    public static ArmResult Of(IReadOnlyList<(PlannedArm Arm, IReadOnlyList<ComparisonPoint> Points)> arms, ComparisonMeasures measures)
    {
        var first = arms[0].Arm;
        var budget = ComparisonMeasures.StepsOf(measures.Budget, first.Config.Model.Stages.Length);
        var best = arms.Select(arm => ArmMeasurement.Best(arm.Points.Where(p => p.Share == 1 && p.Steps.SequenceEqual(budget)))).ToArray();
        var own = arms.Zip(best, (arm, b) => arm.Points.Where(p => p.Guidance == b.Guidance).ToList()).ToList();
        ArmPoint Mean(Func<ComparisonPoint, bool> which) => ArmPoint.Of([.. own.Select(points => points.First(which))]);
        return new ArmResult
        {
            Name = first.Arm.Name,
            Stages = first.Config.Model.Stages.Length,
            Parameters = TransformerCost.ParametersOf(first.Config.Model),
            ImagesPerStage = first.ImagesPerStage,
            Seeds = [.. arms.Select(arm => arm.Arm.Seed)],
            Guidance = [.. best.Select(b => b.Guidance)],
            Distances = [.. best.Select(b => b.Distance)],
            Training = [.. first.JudgedAtShares.Select(share => Mean(p => p.Share == share && p.Steps.SequenceEqual(budget)))],
            Sampling = [.. own[0].Where(p => p.Share == 1).Select(p => p.Steps).Select(steps => Mean(p => p.Share == 1 && p.Steps.SequenceEqual(steps))).OrderBy(p => p.SamplingMultiplyAdds)],
            Scales =
            [
                .. measures.Guidance.Distinct().Order().Select(scale => new GuidedPoint(
                    scale, ArmPoint.Of([.. arms.Select(arm => arm.Points.First(p => p.Share == 1 && p.Guidance == scale && p.Steps.SequenceEqual(budget)))]))),
            ],
        };
    }

    /// <summary>A measurement under one guidance scale.</summary>
    /// <param name="Scale">The scale.</param>
    /// <param name="Point">What it gave.</param>
    public sealed record GuidedPoint(double Scale, ArmPoint Point);
}

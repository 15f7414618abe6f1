using MathNet.Numerics.Distributions;

namespace Msf.Evaluation;

/// <summary>One arm against another.</summary>
public sealed record ArmContest
{
    /// <summary>The arm.</summary>
    public required string Name { get; init; }

    /// <summary>What it is held against.</summary>
    public required string Rival { get; init; }

    /// <summary>Distance of the rival less that of the arm at the end of training, each under the common budget: above 0 the arm is better.</summary>
    public required double Difference { get; init; }

    /// <summary>Its standard error over seeds (Welch); null where one of them has a single seed.</summary>
    public required double? StandardError { get; init; }

    /// <summary>Two-sided probability of so large a difference if there were none (Welch's t test); null where one of them has a single seed.</summary>
    public required double? Probability { get; init; }

    /// <summary>
    /// How many times less training brings the arm to where the rival's training ends, on the means over seeds; null where it does not get there. Below 1 it takes more.
    /// </summary>
    public required double? TrainingRatio { get; init; }

    /// <summary>Whether that is a lower bound: the arm is there at the first point where it was judged.</summary>
    public required bool TrainingRatioIsBound { get; init; }

    /// <summary>How many times cheaper the arm samples images as good as the rival's best ones, on the fronts of the means; null where it makes none.</summary>
    public required double? SamplingRatio { get; init; }

    /// <summary>Whether that is a lower bound: the arm's cheapest budget is good enough already.</summary>
    public required bool SamplingRatioIsBound { get; init; }

    /// <summary>Holds an arm against another.</summary>
    public static ArmContest Of(ArmResult arm, ArmResult rival)
    {
        var (own, other) = (arm.End.Distance, rival.End.Distance);
        double? error = own.StandardError is { } a && other.StandardError is { } b ? Math.Sqrt(a * a + b * b) : null;
        var training = EqualQuality.CostOf([.. arm.Training.Select(p => (p.TrainingMultiplyAdds, p.Distance.Mean))], other.Mean);
        var best = rival.Front[^1];
        var sampling = EqualQuality.CostOf([.. arm.Front.Select(p => (p.SamplingMultiplyAdds, p.Distance.Mean))], best.Distance.Mean);
        return new ArmContest
        {
            Name = arm.Name,
            Rival = rival.Name,
            Difference = other.Mean - own.Mean,
            StandardError = error,
            Probability = error is null ? null : Welch(own, other),
            TrainingRatio = rival.End.TrainingMultiplyAdds / training?.Cost,
            TrainingRatioIsBound = training?.IsBound == true,
            SamplingRatio = best.SamplingMultiplyAdds / sampling?.Cost,
            SamplingRatioIsBound = sampling?.IsBound == true,
        };
    }

    // With the degrees of freedom of Welch and Satterthwaite.
    private static double Welch(MeanWithError own, MeanWithError other)
    {
        var (a, b) = (Math.Pow(own.StandardError!.Value, 2), Math.Pow(other.StandardError!.Value, 2));
        if (a + b == 0) return own.Mean == other.Mean ? 1 : 0;
        var freedom = (a + b) * (a + b) / (a * a / (own.Count - 1) + b * b / (other.Count - 1));
        return 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(own.Mean - other.Mean) / Math.Sqrt(a + b));
    }
}

using Msf.Diffusion;
using Msf.Models;

namespace Msf.Sampling;

/// <summary>What sampling costs in one stage.</summary>
public sealed record StageCost
{
    /// <summary>The stage's transformer.</summary>
    public required TransformerConfig Transformer { get; init; }

    /// <summary>Its parameters, tokens and multiply-adds per forward pass of one image.</summary>
    public required TransformerCost Network { get; init; }

    /// <summary>Images B sampled together.</summary>
    public required int Batch { get; init; }

    /// <summary>Evaluations of the network with guidance, on both halves at once: 2 B images.</summary>
    public required int GuidedEvaluations { get; init; }

    /// <summary>Evaluations on B images: without guidance, and either of two where a weaker model guides.</summary>
    public required int PlainEvaluations { get; init; }

    /// <summary>Forward passes per image, guidance included.</summary>
    public int Forwards => 2 * GuidedEvaluations + PlainEvaluations;

    /// <summary>Multiply-adds of this stage for one image.</summary>
    public long MultiplyAddsPerImage => Forwards * Network.MultiplyAdds;

    /// <summary>Normal numbers drawn for a batch: where the stage starts, and what blurs its condition.</summary>
    public long Noise => (long)Batch * (Transformer.Channels + Transformer.ConditionChannels) * Transformer.InputSize.Aggregate(1L, (product, side) => product * side);

    /// <summary>Different labels of the batch at most, and the null class.</summary>
    public int Labels => Math.Min(Batch, Transformer.Classes) + 1;

    /// <summary>Counts a stage. A weaker model that guides is taken to be as large as this one.</summary>
    /// <param name="transformer">A valid architecture.</param>
    /// <param name="budget">A valid budget.</param>
    /// <param name="batch">Images B sampled together, at least 1.</param>
    /// <param name="path">The model's path.</param>
    public static StageCost Of(TransformerConfig transformer, StageSamplingConfig budget, int batch, PathKind path = PathKind.Linear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var evaluations = (budget with { Guidance = new GuidanceConfig() }).Forwards(path);
        var guided = budget.Forwards(path) - evaluations;
        var together = budget.Guidance.Source == GuidanceSource.NullClass;
        return new StageCost
        {
            Transformer = transformer,
            Network = TransformerCost.Of(transformer),
            Batch = batch,
            GuidedEvaluations = together ? guided : 0,
            PlainEvaluations = evaluations + (together ? -guided : guided),
        };
    }

    /// <summary>Predicted seconds of this stage for the batch.</summary>
    /// <param name="calibration">Of the machine, in the precision that will be computed in.</param>
    public double Seconds(MachineCalibration calibration) =>
        GuidedEvaluations * calibration.EvaluationSeconds(Transformer, 2 * Batch, Labels, GuidedEvaluations + PlainEvaluations)
        + PlainEvaluations * calibration.EvaluationSeconds(Transformer, Batch, Labels, GuidedEvaluations + PlainEvaluations)
        + Noise * calibration.SecondsPerNoise;
}

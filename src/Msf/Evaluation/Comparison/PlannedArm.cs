using Msf.Models;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Evaluation;

/// <summary>An arm of a comparison for one seed, worked out.</summary>
public sealed record PlannedArm
{
    /// <summary>The arm.</summary>
    public required ComparisonArm Arm { get; init; }

    /// <summary>Seed of training and samples.</summary>
    public required long Seed { get; init; }

    /// <summary>What is trained; for an arm that takes another's weights, what that one trains, with this one's sampling settings.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>Images over all stages at which the model is judged, rising; the last is the length of the run.</summary>
    public required long[] JudgedAtImages { get; init; }

    /// <summary>Share of the training cost at each of them; the last is 1.</summary>
    public required double[] JudgedAtShares { get; init; }

    /// <summary>Multiply-adds of the whole training.</summary>
    public double TrainingMultiplyAdds => TrainingMultiplyAddsAt(Config.Training.MaxImages);

    /// <summary>Images of every stage in the whole training.</summary>
    public long[] ImagesPerStage => new ComputeShares(Config).ImagesPerStage(Config.Training.MaxImages);

    /// <summary>Multiply-adds of training up to a number of images over all stages.</summary>
    public double TrainingMultiplyAddsAt(long images)
    {
        var shares = new ComputeShares(Config);
        return shares.TrainingMultiplyAdds(shares.ImagesPerStage(images));
    }

    /// <summary>The sampling settings of a budget.</summary>
    /// <param name="budget">Steps per stage (<see cref="ComparisonMeasures.Budget"/>).</param>
    /// <param name="guidance">Guidance scale of the stages that take it.</param>
    public SamplingConfig Sampling(int[] budget, double guidance)
    {
        var steps = ComparisonMeasures.StepsOf(budget, Config.Model.Stages.Length);
        return Config.Sampling with
        {
            Stages =
            [
                .. Config.Sampling.Stages.Select((stage, i) => stage with
                {
                    Steps = steps[i],
                    Guidance = Arm.GuidedStages?.Contains(i) == false ? stage.Guidance : stage.Guidance with { Scale = guidance },
                }),
            ],
        };
    }

    /// <summary>Multiply-adds of sampling an image.</summary>
    /// <param name="sampling">Settings for this arm.</param>
    public long SamplingMultiplyAdds(SamplingConfig sampling) =>
        TransformerCost.PerImage(Config.Model, [.. sampling.Stages.Select(stage => stage.Forwards(Config.Diffusion.Path))]);
}

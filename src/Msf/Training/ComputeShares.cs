using Msf.Models;

namespace Msf.Training;

/// <summary>
/// Divides a run between the stages by training compute: the stage that is furthest behind its share takes the next batch,
/// so the order is a function of the configuration and the images seen alone.
/// </summary>
public sealed class ComputeShares
{
    private const double ForwardsPerStep = 3;
    private readonly double[] _shares;
    private readonly double[] _cost;
    private readonly long _baseAlone;

    /// <summary>Takes costs and shares from a run, a teacher's work included.</summary>
    /// <param name="config">The run.</param>
    public ComputeShares(RunConfig config) : this(config.Model, config.Training)
    {
        if (config.Distillation is not { } distillation) return;
        for (var stage = 0; stage < _cost.Length; stage++)
            _cost[stage] *= 1 + distillation.TeacherForwards(stage, config.Diffusion.Prediction) / ForwardsPerStep;
    }

    /// <summary>Takes costs and shares from a configuration.</summary>
    /// <param name="model">Architecture.</param>
    /// <param name="training">Shares and length.</param>
    public ComputeShares(ModelConfig model, TrainingConfig training)
    {
        _shares = training.ResolveShares(model.Stages.Length);
        _baseAlone = training.InitializeFromBaseAfterImages ?? 0;
        _cost = [.. Enumerable.Range(0, _shares.Length).Select(stage => (double)TransformerCost.Of(model.Transformer(stage)).MultiplyAdds)];
    }

    /// <summary>Images of every stage in a run of a given length: in proportion to share over cost.</summary>
    /// <param name="totalImages">Images over all stages.</param>
    public long[] ImagesPerStage(long totalImages)
    {
        var rates = _shares.Zip(_cost, (share, cost) => share / cost).ToArray();
        return [.. rates.Select(rate => (long)Math.Round(totalImages * rate / rates.Sum()))];
    }

    /// <summary>Multiply-adds of training; a training step counts as three forward passes, and a teacher's come on top.</summary>
    /// <param name="stageImages">Images seen by every stage.</param>
    public double TrainingMultiplyAdds(IReadOnlyList<long> stageImages) => ForwardsPerStep * stageImages.Zip(_cost, (images, cost) => images * cost).Sum();

    /// <summary>The stage whose turn it is.</summary>
    /// <param name="images">Images every stage has seen.</param>
    public int Next(ReadOnlySpan<long> images)
    {
        if (images[0] < _baseAlone) return 0;                                                 // the others are to start from it
        var (next, least) = (0, double.PositiveInfinity);
        for (var stage = 0; stage < _shares.Length; stage++)
        {
            if (_shares[stage] == 0) continue;
            var progress = images[stage] * _cost[stage] / _shares[stage];
            if (progress < least) (next, least) = (stage, progress);
        }
        return next;
    }
}

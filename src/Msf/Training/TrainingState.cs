using Msf.Factorization;
using Msf.Models;

namespace Msf.Training;

/// <summary>The scalars of a checkpoint: with the configuration and the tensors, all that a run is.</summary>
public sealed record TrainingState
{
    /// <summary>Images seen over all stages; also the position in the data.</summary>
    public required long Images { get; init; }

    /// <summary>Steps taken over all stages.</summary>
    public required long Steps { get; init; }

    /// <summary>Images seen by every stage.</summary>
    public required long[] StageImages { get; init; }

    /// <summary>Optimiser steps of every stage.</summary>
    public required long[] StageSteps { get; init; }

    /// <summary>Steps that every stage skipped because loss or gradient was not finite; null in checkpoints that do not say: none.</summary>
    public long[]? StageSkipped { get; init; }

    /// <summary>How many of them came last, one after the other; null in checkpoints that do not say: none.</summary>
    public int[]? StageSkippedInARow { get; init; }

    /// <summary>Seconds of training so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>Component statistics, measured before training.</summary>
    public required ComponentStatistics Statistics { get; init; }

    /// <summary>Names of the classes, in the order of their indices; null in checkpoints that do not say.</summary>
    public string[]? ClassNames { get; init; }

    /// <summary>Number of images of the source, on which their order depends; null in checkpoints that do not say.</summary>
    public int? SourceImages { get; init; }

    /// <summary>Identity of the autoencoder whose latents are trained on; null for pixels.</summary>
    public string? AutoencoderIdentity { get; init; }

    /// <summary>Averages of the metrics since their last line; null in checkpoints that do not say: none.</summary>
    public MetricsSum[]? Metrics { get; init; }

    /// <summary>What computed it; null in checkpoints that do not say.</summary>
    public RunEnvironment? Environment { get; init; }

    /// <summary>Everything that does not fit a model, one line each; empty when usable.</summary>
    /// <param name="model">A valid architecture.</param>
    public IReadOnlyList<string> Validate(ModelConfig model)
    {
        var errors = new List<string>(Statistics.Validate(model.Stages.Length, model.Channels));
        if (StageImages.Length != model.Stages.Length || StageSteps.Length != model.Stages.Length)
            errors.Add($"it counts images of {StageImages.Length} and steps of {StageSteps.Length} stages, expected {model.Stages.Length}");
        if ((StageSkipped?.Length ?? StageSteps.Length) != StageSteps.Length || (StageSkippedInARow?.Length ?? StageSteps.Length) != StageSteps.Length)
            errors.Add($"it counts skipped steps of {StageSkipped?.Length} and {StageSkippedInARow?.Length} stages, expected {model.Stages.Length}");
        if (Images < 0 || Steps < 0 || StageImages.Any(images => images < 0) || StageSteps.Any(steps => steps < 0)
            || StageSkipped?.Any(steps => steps < 0) == true || StageSkippedInARow?.Any(steps => steps < 0) == true)
            errors.Add("it has negative counts");
        return errors;
    }
}

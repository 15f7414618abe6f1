using Msf.Checkpoints;

namespace Msf.Training;

/// <summary>The scalars of a classifier run's checkpoint: with the configuration and the tensors, all that the run is.</summary>
public sealed record ClassifierTrainingState
{
    /// <summary>Images seen; also the position in the data.</summary>
    public required long Images { get; init; }

    /// <summary>Steps, skipped ones included.</summary>
    public required long Steps { get; init; }

    /// <summary>Optimiser steps.</summary>
    public required long OptimizerSteps { get; init; }

    /// <summary>Steps skipped because loss or gradient was not finite.</summary>
    public required long Skipped { get; init; }

    /// <summary>How many of them came last, one after the other.</summary>
    public required int SkippedInARow { get; init; }

    /// <summary>Seconds of training so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>Number of images of the source, on which their order and their parting depend.</summary>
    public required int SourceImages { get; init; }

    /// <summary>Names of the classes, in the order of their labels.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>Averages of the metrics since their last line.</summary>
    public required MetricsSum[] Metrics { get; init; }

    /// <summary>What the averaged weights tell of the held-out images.</summary>
    public required ClassifierAccuracy HeldOut { get; init; }

    /// <summary>What computed it.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>Everything that cannot be, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
        Images < 0 || Steps < 0 || OptimizerSteps < 0 || Skipped < 0 || SkippedInARow < 0 ? ["it has negative counts"] : HeldOut.Validate();
}

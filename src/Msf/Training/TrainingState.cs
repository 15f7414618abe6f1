using Msf.Factorization;

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

    /// <summary>Seconds of training so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>Component statistics, measured before training.</summary>
    public required ComponentStatistics Statistics { get; init; }
}

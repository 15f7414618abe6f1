namespace Msf.Training;

/// <summary>What a <see cref="TrainingLoop"/> drives: networks that learn step by step, at a position that their data keep.</summary>
internal interface ITrainedRun
{
    /// <summary>Images seen.</summary>
    public long Images { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; }

    /// <summary>Steps skipped because loss or gradient was not finite, in all.</summary>
    public long SkippedSteps { get; }

    /// <summary>Whether the last step was skipped: the weights may be what makes it fail.</summary>
    public bool InDoubt { get; }

    /// <summary>Trains on one batch.</summary>
    /// <returns>The stage that was trained, what its step reports, and how many steps of that stage were skipped so far.</returns>
    public (int Stage, StepResult Result, long Skipped) Step();

    /// <summary>Measures what is known of the weights that a checkpoint is written of.</summary>
    /// <returns>What the step reports, and that.</returns>
    public StepResult Measure(StepResult result) => result;

    /// <summary>Gives the mean losses of a stage by time since they were last asked for; null where losses have no time.</summary>
    public Func<int, IReadOnlyList<double?>>? LossByTime => null;

    /// <summary>What takes copies of all that is to be saved now, and returns what writes them.</summary>
    /// <param name="previous">Images before the last step; null where that has been saved already or was none.</param>
    /// <param name="checkpoint">Whether a checkpoint is due.</param>
    public IReadOnlyList<Func<Action>> Copies(long? previous, bool checkpoint);

    /// <summary>Draws a sheet of what the weights do now.</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="cancellation">Ends the drawing.</param>
    /// <returns>Whether there is one.</returns>
    public bool DrawSheet(string path, CancellationToken cancellation);
}

using Msf.Checkpoints;

namespace Msf.Training;

/// <summary>What a run left behind: its newest good checkpoint.</summary>
/// <param name="Folder">The checkpoint's folder; its tensors are as they were written.</param>
/// <param name="Config">The configuration it was trained with.</param>
/// <param name="State">Where it stands.</param>
internal sealed record SavedRun(string Folder, RunConfig Config, TrainingState State)
{
    /// <inheritdoc cref="SavedCheckpoint.FindNewest"/>
    public static SavedRun? FindNewest(RunFolder run, Action<string> warn) =>
        SavedCheckpoint.FindNewest<RunConfig, TrainingState>(run, config => ModelFolder.WeightNames(config.Model), state => state.Images, Errors, warn)
            is var (folder, config, state) ? new SavedRun(folder, config, state) : null;

    // A state is of stages, which are known only where the configuration is right.
    private static IReadOnlyList<string> Errors(RunConfig config, TrainingState state) => config.Validate() is { Count: > 0 } errors ? errors : state.Validate(config.Model);
}

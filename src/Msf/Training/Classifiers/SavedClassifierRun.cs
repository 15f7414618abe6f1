using Msf.Checkpoints;

namespace Msf.Training;

/// <summary>What a classifier run left behind: its newest good checkpoint.</summary>
/// <param name="Folder">The checkpoint's folder; its tensors are as they were written.</param>
/// <param name="Config">The configuration it was trained with.</param>
/// <param name="State">Where it stands.</param>
internal sealed record SavedClassifierRun(string Folder, ClassifierRunConfig Config, ClassifierTrainingState State)
{
    /// <inheritdoc cref="SavedCheckpoint.FindNewest"/>
    public static SavedClassifierRun? FindNewest(RunFolder run, Action<string> warn) =>
        SavedCheckpoint.FindNewest<ClassifierRunConfig, ClassifierTrainingState>(run, _ => [ClassifierFolder.WeightsName], state => state.Images, (config, state) => [.. config.Validate(), .. state.Validate()], warn)
            is var (folder, config, state) ? new SavedClassifierRun(folder, config, state) : null;
}

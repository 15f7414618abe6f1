using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>What a classifier run left behind: its newest good checkpoint.</summary>
/// <param name="Folder">The checkpoint's folder; its tensors are as they were written.</param>
/// <param name="Config">The configuration it was trained with.</param>
/// <param name="State">Where it stands.</param>
internal sealed record SavedClassifierRun(string Folder, ClassifierRunConfig Config, ClassifierTrainingState State)
{
    /// <summary>Finds the newest checkpoint that is whole and in its own place; null where there is none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="warn">Told of every checkpoint that is passed over, and why.</param>
    /// <exception cref="InvalidDataException">A whole checkpoint has content that this program does not read.</exception>
    public static SavedClassifierRun? FindNewest(RunFolder run, Action<string> warn)
    {
        if (new CheckpointStore(run.Checkpoints, keepLast: 1).FindNewest(warn, Inspect) is not { } checkpoint) return null;
        var saved = Read(checkpoint.Folder);
        string[] errors = [.. saved.Config.Validate(), .. saved.State.Validate()];
        return errors.Length == 0 ? saved : throw new InvalidDataException($"{checkpoint.Folder}: {string.Join("; ", errors)}.");
    }

    // Digests vouch for the files that they name, and for nothing about the folder around them.
    private static IReadOnlyList<string> Inspect(TrainingCheckpoint checkpoint)
    {
        var saved = Read(checkpoint.Folder);
        string[] needed = [SavedRun.ConfigName, SavedRun.StateName, ClassifierFolder.WeightsName];
        return
        [
            .. needed.Except(FolderDigests.Names(checkpoint.Folder)).Select(name => $"{FolderDigests.FileName} says nothing of {name}"),
            .. saved.State.Images == checkpoint.Images ? [] : new[] { $"{SavedRun.StateName} is of {saved.State.Images} images, which is another checkpoint" },
        ];
    }

    private static SavedClassifierRun Read(string folder)
    {
        var (config, state) = (Path.Combine(folder, SavedRun.ConfigName), Path.Combine(folder, SavedRun.StateName));
        return new SavedClassifierRun(
            folder, JsonFormat.Parse<ClassifierRunConfig>(File.ReadAllText(config), config), JsonFormat.Parse<ClassifierTrainingState>(File.ReadAllText(state), state));
    }
}

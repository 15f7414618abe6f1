using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>What a run left behind: its newest good checkpoint.</summary>
/// <param name="Folder">The checkpoint's folder; its tensors are as they were written.</param>
/// <param name="Config">The configuration it was trained with.</param>
/// <param name="State">Where it stands.</param>
internal sealed record SavedRun(string Folder, RunConfig Config, TrainingState State)
{
    /// <summary>Name of the configuration in a checkpoint.</summary>
    public const string ConfigName = "config.json";

    /// <summary>Name of the scalars in a checkpoint.</summary>
    public const string StateName = "state.json";

    /// <summary>Finds the newest checkpoint that is whole and in its own place; null where there is none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="warn">Told of every checkpoint that is passed over, and why.</param>
    /// <exception cref="InvalidDataException">A whole checkpoint has content that this program does not read.</exception>
    public static SavedRun? FindNewest(RunFolder run, Action<string> warn)
    {
        if (new CheckpointStore(run.Checkpoints, keepLast: 1).FindNewest(warn, Inspect) is not { } checkpoint) return null;
        var saved = new SavedRun(
            checkpoint.Folder, Read<RunConfig>(checkpoint.Folder, ConfigName), Read<TrainingState>(checkpoint.Folder, StateName));
        var errors = saved.Config.Validate();
        if (errors.Count == 0) errors = saved.State.Validate(saved.Config.Model);
        return errors.Count == 0 ? saved : throw new InvalidDataException($"{checkpoint.Folder}: {string.Join("; ", errors)}.");
    }

    // Digests vouch for the files that they name, and for nothing about the folder around them.
    private static IReadOnlyList<string> Inspect(TrainingCheckpoint checkpoint)
    {
        var (config, state) = (Read<RunConfig>(checkpoint.Folder, ConfigName), Read<TrainingState>(checkpoint.Folder, StateName));
        string[] needed = [ConfigName, StateName, .. ModelFolder.WeightNames(config.Model)];
        return
        [
            .. needed.Except(FolderDigests.Names(checkpoint.Folder)).Select(name => $"{FolderDigests.FileName} says nothing of {name}"),
            .. state.Images == checkpoint.Images ? [] : new[] { $"{StateName} is of {state.Images} images, which is another checkpoint" },
        ];
    }

    private static T Read<T>(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return JsonFormat.Parse<T>(File.ReadAllText(path), path);
    }
}

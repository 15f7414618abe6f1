using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Writes and reads the checkpoints of a run of any kind: the configuration it was trained with, where it stands, and tensors.</summary>
internal static class SavedCheckpoint
{
    /// <summary>Name of the configuration in a checkpoint.</summary>
    public const string ConfigName = "config.json";

    /// <summary>Name of the scalars in a checkpoint.</summary>
    public const string StateName = "state.json";

    /// <summary>Commits a checkpoint.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="run">The run.</param>
    /// <param name="images">Images seen.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="tensors">Tensors by the name of their file.</param>
    /// <exception cref="IOException">The file system refused; the checkpoints are as they were.</exception>
    public static void Save<TConfig, TState>(
        CheckpointStore store, RunFolder run, long images, TConfig config, TState state, IEnumerable<(string Name, Dictionary<string, Tensor> Tensors)> tensors)
    {
        if (File.Exists(run.Metrics)) DiskSync.File(run.Metrics);                             // no checkpoint outlives the lines before it
        store.Save(images, folder =>
        {
            File.WriteAllText(Path.Combine(folder, StateName), JsonSerializer.Serialize(state, JsonFormat.Indented));
            File.WriteAllText(Path.Combine(folder, ConfigName), JsonSerializer.Serialize(config, JsonFormat.Indented));
            foreach (var (name, part) in tensors) SafetensorsWriter.Write(Path.Combine(folder, name), part);
        });
    }

    /// <summary>Finds the newest checkpoint that is whole and in its own place; null where there is none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="weights">Names of the files with its tensors.</param>
    /// <param name="images">Images seen.</param>
    /// <param name="errors">Everything that is wrong with what was read, one line each.</param>
    /// <param name="warn">Told of every checkpoint that is passed over, and why.</param>
    /// <returns>The checkpoint's folder, and what it says.</returns>
    /// <exception cref="InvalidDataException">A whole checkpoint has content that this program does not read.</exception>
    public static (string Folder, TConfig Config, TState State)? FindNewest<TConfig, TState>(
        RunFolder run, Func<TConfig, IEnumerable<string>> weights, Func<TState, long> images, Func<TConfig, TState, IReadOnlyList<string>> errors, Action<string> warn)
    {
        if (new CheckpointStore(run.Checkpoints, keepLast: 1).FindNewest(warn, Inspect) is not { Folder: var folder }) return null;
        var (config, state) = Read(folder);
        return errors(config, state) is { Count: > 0 } found ? throw new InvalidDataException($"{folder}: {string.Join("; ", found)}.") : (folder, config, state);

        // Digests vouch for the files that they name, and for nothing about the folder around them.
        IReadOnlyList<string> Inspect(TrainingCheckpoint checkpoint)
        {
            var (config, state) = Read(checkpoint.Folder);
            string[] needed = [ConfigName, StateName, .. weights(config)];
            return
            [
                .. needed.Except(FolderDigests.Names(checkpoint.Folder)).Select(name => $"{FolderDigests.FileName} says nothing of {name}"),
                .. images(state) == checkpoint.Images ? [] : new[] { $"{StateName} is of {images(state)} images, which is another checkpoint" },
            ];
        }

        static (TConfig Config, TState State) Read(string folder)
        {
            var (config, state) = (Path.Combine(folder, ConfigName), Path.Combine(folder, StateName));
            return (JsonFormat.Parse<TConfig>(File.ReadAllText(config), config), JsonFormat.Parse<TState>(File.ReadAllText(state), state));
        }
    }
}

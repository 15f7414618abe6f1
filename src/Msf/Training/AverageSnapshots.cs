using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// The snapshots of a run's averages: folders named by the images seen, each complete or absent and carrying digests. All stay.
/// </summary>
internal sealed class AverageSnapshots
{
    private const string FileName = "snapshot.json";
    private const string AveragePrefix = "postHoc:";                                          // no module's name has a colon
    private readonly CheckpointStore _store;

    public AverageSnapshots(RunFolder run) => _store = new CheckpointStore(run.Averages, keepLast: int.MaxValue);

    /// <summary>Name of an average's tensor in the file of a stage.</summary>
    public static string TensorName(int average) => $"{AveragePrefix}{average}";

    /// <summary>Whether a tensor is an average; the others are what is not trained.</summary>
    public static bool IsAverage(string tensor) => tensor.StartsWith(AveragePrefix, StringComparison.Ordinal);

    /// <summary>Every snapshot, the oldest first: images of the run, and the folder.</summary>
    public IReadOnlyList<TrainingCheckpoint> List() => [.. _store.List().Reverse()];

    /// <summary>Copies the averages of a snapshot.</summary>
    /// <param name="images">Images of the run.</param>
    /// <param name="snapshot">What goes beside the tensors.</param>
    /// <param name="stages">The stages.</param>
    /// <returns>
    /// Commits it, from copies that the caller's dispose scope owns; throws an <see cref="IOException"/> where the file system refuses, and leaves the
    /// earlier snapshots as they were.
    /// </returns>
    public Action Copy(long images, AverageSnapshot snapshot, RunStages stages)
    {
        var tensors = stages.PostHocAverages().Select(part => part.Fixed
            .Concat(part.Averages.Select((average, i) => KeyValuePair.Create(TensorName(i), average.Value.to(CPU, copy: true))))
            .ToDictionary()).ToArray();
        return () => _store.Save(images, folder =>
        {
            File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(snapshot, JsonFormat.Indented));
            foreach (var (name, part) in stages.Files.Zip(tensors)) SafetensorsWriter.Write(Path.Combine(folder, name), part);
        });
    }

    /// <summary>Reads and checks what lies beside the tensors of a snapshot, and that all its files are as they were written.</summary>
    /// <param name="folder">The snapshot's folder.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or of another format.</exception>
    public static AverageSnapshot Read(string folder)
    {
        FolderDigests.Verify(folder);
        var path = Path.Combine(folder, FileName);
        var snapshot = JsonFormat.Parse<AverageSnapshot>(File.ReadAllText(path), path);
        return snapshot.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{path}: {string.Join("; ", errors)}.") : snapshot;
    }

    /// <summary>Removes snapshots beyond a position: what an interrupted run wrote after its last checkpoint.</summary>
    /// <param name="images">Position of the checkpoint that the run goes on from.</param>
    public void TruncateAfter(long images)
    {
        foreach (var snapshot in List().Where(snapshot => snapshot.Images > images)) AtomicFolder.Delete(snapshot.Folder);
    }
}

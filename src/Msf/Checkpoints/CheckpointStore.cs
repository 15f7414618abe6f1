using System.Globalization;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>
/// The checkpoints of one training run: folders named by the number of images seen, each complete or absent and carrying digests. One
/// process writes at a time; reading while it does is safe.
/// </summary>
public sealed class CheckpointStore
{
    private readonly string _folder;
    private readonly int _keepLast;
    private readonly long _keepEvery;

    /// <param name="checkpointsFolder">The folder that holds the checkpoints; made by the first <see cref="Save"/>.</param>
    /// <param name="keepLast">How many of the newest checkpoints stay, at least 1; saving one more removes the oldest.</param>
    /// <param name="keepEvery">
    /// Images between two checkpoints that stay for good: the first one at or after every multiple. 0 keeps none beyond the newest.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="keepLast"/> is below 1, or <paramref name="keepEvery"/> below 0.</exception>
    public CheckpointStore(string checkpointsFolder, int keepLast, long keepEvery = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(keepEvery);
        _folder = Path.GetFullPath(checkpointsFolder);
        (_keepLast, _keepEvery) = (keepLast, keepEvery);
    }

    /// <summary>The folder of a checkpoint, whether it is there or not.</summary>
    /// <param name="images">Images seen.</param>
    public string FolderOf(long images) => Path.Combine(_folder, images.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Writes a checkpoint, then removes the oldest that are not to be kept. One of the same number of images is replaced. Checkpoints
    /// of more images (left by a run that was resumed from further back) are neither counted nor removed.
    /// </summary>
    /// <param name="images">Images seen so far, 0 or more; also the folder's name.</param>
    /// <param name="writeInto">Receives a folder and writes the content there. If it throws, no trace of the checkpoint is left.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="images"/> is negative.</exception>
    /// <exception cref="IOException">The file system refused; the earlier checkpoints are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable; the earlier checkpoints are as they were.</exception>
    public TrainingCheckpoint Save(long images, Action<string> writeInto)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        Directory.CreateDirectory(_folder);
        AtomicFolder.Sweep(_folder);
        var saved = new TrainingCheckpoint(images, FolderOf(images));
        AtomicFolder.Write(saved.Folder, folder =>
        {
            writeInto(folder);
            FolderDigests.Write(folder);
        });
        RemoveOld(images);
        return saved;
    }

    /// <summary>Every checkpoint folder, newest first, not verified.</summary>
    public IReadOnlyList<TrainingCheckpoint> List()
    {
        if (!Directory.Exists(_folder)) return [];
        var found = new List<TrainingCheckpoint>();
        foreach (var folder in Directory.GetDirectories(_folder))
        {
            var name = Path.GetFileName(folder);
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var images)
                && images.ToString(CultureInfo.InvariantCulture) == name)
                found.Add(new TrainingCheckpoint(images, folder));
        }
        return [.. found.OrderByDescending(checkpoint => checkpoint.Images)];
    }

    /// <summary>Finds the newest checkpoint whose files are as they were written. Changes nothing on disk.</summary>
    /// <param name="onSkipped">Told of every newer checkpoint that is damaged: which and why, one line each.</param>
    /// <param name="inspect">Looks at one whose files are good for what else can be wrong, one line each; null looks no further.</param>
    /// <returns>The checkpoint, or null if there is no good one.</returns>
    public TrainingCheckpoint? FindNewest(Action<string>? onSkipped = null, Func<TrainingCheckpoint, IReadOnlyList<string>>? inspect = null)
    {
        foreach (var checkpoint in List())
        {
            var problems = FolderDigests.FindProblems(checkpoint.Folder);
            if (problems.Count == 0 && inspect is not null) problems = inspect(checkpoint);
            if (problems.Count == 0) return checkpoint;
            onSkipped?.Invoke($"{checkpoint.Folder}: skipped, damaged: {string.Join("; ", problems)}.");
        }
        return null;
    }

    // The first checkpoint of every span of _keepEvery images stays the first, so what is kept once is kept for good.
    private void RemoveOld(long images)
    {
        var candidates = List().Where(checkpoint => checkpoint.Images <= images).ToArray();
        var milestones = _keepEvery == 0
            ? []
            : candidates.Where(checkpoint => checkpoint.Images >= _keepEvery)
                .GroupBy(checkpoint => checkpoint.Images / _keepEvery, (_, span) => span.Min(checkpoint => checkpoint.Images)).ToHashSet();
        foreach (var old in candidates.Skip(_keepLast).Where(checkpoint => !milestones.Contains(checkpoint.Images))) AtomicFolder.Delete(old.Folder);
    }
}

namespace Msf.Runtime;

/// <summary>
/// Writes folders that appear complete or not at all, also across a crash or a power cut. A target has one writer at a time; any number
/// of readers may look on.
/// </summary>
public static class AtomicFolder
{
    /// <summary>
    /// Lets the content be written to a temporary folder beside the target, flushes it to disk and renames it to the target. An existing
    /// target is swapped out and removed. What crashed writers of the same target left is swept first.
    /// </summary>
    /// <param name="path">The folder; its parent must exist.</param>
    /// <param name="writeInto">
    /// Receives the temporary folder's path and writes the content. If it throws, that folder is removed and the target stays as it was.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">The target's parent does not exist.</exception>
    /// <exception cref="IOException">The file system refused (full, target is a file, ...).</exception>
    /// <exception cref="UnauthorizedAccessException">The parent is not writable.</exception>
    public static void Write(string path, Action<string> writeInto)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(path) ?? throw new IOException($"{path}: a root folder cannot be replaced.");
        if (!Directory.Exists(parent))
            throw new DirectoryNotFoundException($"{parent}: no such folder; create it before writing {Path.GetFileName(path)}.");
        if (File.Exists(path)) throw new IOException($"{path}: a file is in the way of a folder; move it first.");
        Sweep(parent, Path.GetFileName(path));

        var temporary = TemporaryName.For(path);
        string? replaced = null;
        try
        {
            Directory.CreateDirectory(temporary);
            writeInto(temporary);
            DiskSync.Tree(temporary);
            if (Directory.Exists(path)) replaced = FolderSwap.Replace(temporary, path);
            else Directory.Move(temporary, path);
        }
        catch (Exception e)
        {
            DeleteIfPossible(temporary);
            if (TemporaryName.Explain(e, path, temporary) is { } explained) throw explained;
            throw;
        }
        DiskSync.Folder(parent);
        if (replaced is not null) DeleteIfPossible(replaced);
    }

    /// <summary>Removes a folder so that it is there whole or not at all, also across a crash. Nothing happens if there is none.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent is not writable.</exception>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path)) return;
        var temporary = TemporaryName.For(Path.GetFullPath(path));
        Directory.Move(path, temporary);
        Directory.Delete(temporary, recursive: true);
    }

    /// <summary>
    /// Removes what crashed writers left in a folder, and puts back a target that was caught between stepping aside and being replaced.
    /// Call it only where no other writer is at work.
    /// </summary>
    /// <param name="parent">The folder that holds the targets; nothing happens if there is none.</param>
    public static void Sweep(string parent)
    {
        if (Directory.Exists(parent)) Sweep(parent, null);
    }

    /// <summary>The same for one target's leftovers alone, or for all if <paramref name="target"/> is null.</summary>
    private static void Sweep(string parent, string? target)
    {
        foreach (var folder in Directory.GetDirectories(parent))
        {
            var name = Path.GetFileName(folder);
            var displaced = TemporaryName.TargetOf(name, TemporaryName.Displaced);
            var of = displaced ?? TemporaryName.TargetOf(name, TemporaryName.Unfinished);
            if (of is null || (target is not null && of != target)) continue;
            if (displaced is not null && !Path.Exists(Path.Combine(parent, of))) Directory.Move(folder, Path.Combine(parent, of));
            else DeleteIfPossible(folder);
        }
    }

    // A leftover that cannot be removed now hides nothing and is tried again by the next sweep.
    private static void DeleteIfPossible(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}

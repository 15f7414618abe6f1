namespace Msf.Runtime;

/// <summary>Writes files that appear complete or not at all, also across a crash or a power cut.</summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary file beside the target, flushes it to disk and renames it over the target.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="write">Writes the content. If it throws, the temporary file is removed and the target stays as it was.</param>
    /// <param name="durable">Whether it is flushed, which a disk takes its time for; false for what may be lost, or be empty, after a power cut, though not after a crash.</param>
    /// <exception cref="DirectoryNotFoundException">The target's folder does not exist.</exception>
    /// <exception cref="IOException">The file system refused (full, target is a folder, ...).</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, Action<Stream> write, bool durable = true)
    {
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path) ?? throw new IOException($"{path}: a folder cannot be written as a file.");
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder}: no such folder; create it before writing {Path.GetFileName(path)}.");
        var temporary = TemporaryName.For(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: durable);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(temporary);
            if (TemporaryName.Explain(e, path, temporary) is { } explained) throw explained;
            throw;
        }
        if (durable) DiskSync.Folder(folder);
    }

    /// <summary>Removes what killed writers of files left in a folder. Call it only where no other writer is at work.</summary>
    /// <param name="folder">The folder; nothing happens if there is none. Folders inside it are left alone.</param>
    public static void Sweep(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.GetFiles(folder))
            if (TemporaryName.TargetOf(Path.GetFileName(file), TemporaryName.Unfinished) is not null) DeleteIfPossible(file);
    }

    // A leftover that cannot be removed now is tried again by the next sweep.
    private static void DeleteIfPossible(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}

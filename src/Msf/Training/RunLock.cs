namespace Msf.Training;

/// <summary>
/// Keeps a second process out of a run folder while one trains in it: the two would remove each other's unfinished files. The system
/// releases it when the process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <param name="run">The run; its folder must exist.</param>
    /// <exception cref="IOException">Another process trains there, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static RunLock Take(RunFolder run)
    {
        try
        {
            return new RunLock(new FileStream(
                run.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(run.Lock) && IsHeld(run))
        {
            throw new IOException($"another process is training in {run.Root}; wait for it or stop it first.");
        }
    }

    /// <summary>Takes the folder, or gives null where another process has it.</summary>
    /// <param name="run">The run; its folder must exist.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static RunLock? TryTake(RunFolder run)
    {
        try
        {
            return Take(run);
        }
        catch (IOException) when (File.Exists(run.Lock) && IsHeld(run))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A folder that cannot be written fails as well, and must not be told as one that is in use.
    private static bool IsHeld(RunFolder run)
    {
        try
        {
            using var file = new FileStream(run.Lock, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}

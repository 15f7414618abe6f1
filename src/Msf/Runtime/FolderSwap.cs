using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>Puts a finished folder in the place of an existing one.</summary>
internal static partial class FolderSwap
{
    private const int CurrentFolder = -100;   // AT_FDCWD
    private const uint Exchange = 2;          // RENAME_EXCHANGE

    /// <summary>Replaces <paramref name="path"/> by <paramref name="finished"/>, in one step where the system can do that.</summary>
    /// <returns>Where the replaced folder is now; the caller removes it.</returns>
    internal static string Replace(string finished, string path) =>
        TryExchange(finished, path) ? finished : ReplaceInTwoSteps(finished, path);

    /// <summary>Linux swaps two names in one step; other systems, and some file systems of Linux, cannot.</summary>
    internal static bool TryExchange(string one, string other)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            return RenameAt2(CurrentFolder, one, CurrentFolder, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>
    /// Between the two renames the target is absent; <see cref="AtomicFolder.Sweep(string)"/> restores it if the process dies there.
    /// </summary>
    internal static string ReplaceInTwoSteps(string finished, string path)
    {
        var displaced = TemporaryName.For(path, TemporaryName.Displaced);
        Directory.Move(path, displaced);
        try
        {
            Directory.Move(finished, path);
        }
        catch
        {
            Directory.Move(displaced, path);
            throw;
        }
        return displaced;
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int oneFolder, string one, int otherFolder, string other, uint flags);
}

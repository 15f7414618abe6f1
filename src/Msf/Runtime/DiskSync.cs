using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>Forces what was written to the disk, so that a rename never outlives the data it announces.</summary>
internal static partial class DiskSync
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    /// <summary>Flushes a finished file.</summary>
    internal static void File(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Flush(path);
            return;
        }
        using var handle = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Flushes the entries of a folder: the names, not the files. Windows journals those and offers no such call.</summary>
    internal static void Folder(string path)
    {
        if (!OperatingSystem.IsWindows()) Flush(path);
    }

    /// <summary>Flushes every file and folder below a folder, and the folder itself.</summary>
    internal static void Tree(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) File(file);
        foreach (var below in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)) Folder(below);
        Folder(folder);
    }

    // FileStream opens no folder and flushes no read-only file; the system call does both.
    private static void Flush(string path)
    {
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0) throw Error(path);
        try
        {
            // Some network file systems cannot flush a folder and say so with EINVAL: nothing better can be done there.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument) throw Error(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(string path) =>
        new($"{path}: could not be flushed to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

using System.Runtime.InteropServices;

namespace Msf.Tests;

/// <summary>What glibc's allocator has given out: exact, unlike the resident memory of the process.</summary>
internal static partial class NativeMemory
{
    /// <summary>Bytes in use, those of large blocks included.</summary>
    public static long InUse
    {
        get
        {
            var info = Read();
            return (long)(info.InUse + info.Mapped);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial Info Read();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        public readonly nuint Arena, Free, Fast, MappedBlocks, Mapped, Unused, FastFree, InUse, FreeBytes, Top;
    }
}

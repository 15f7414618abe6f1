using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>
/// Asks glibc's allocator to keep freed memory. By default it returns large blocks to the system at once and every temporary
/// tensor is faulted in anew, page by page, which costs a training step up to a third of its time.
/// </summary>
public static partial class CpuAllocator
{
    /// <summary>Set to <c>default</c>, this environment variable leaves the allocator alone.</summary>
    public const string Variable = "MSF_MALLOC";

    private const int TrimThreshold = -1;                   // M_TRIM_THRESHOLD
    private const int MmapThreshold = -3;                   // M_MMAP_THRESHOLD
    private const int ArenaLimit = -8;                      // M_ARENA_MAX
    private const int LargestMmapThreshold = 32 << 20;      // HEAP_MAX_SIZE / 2: glibc refuses more

    /// <summary>Whether the settings are in force in this process.</summary>
    public static bool Applied { get; private set; }

    /// <summary>
    /// Applies the settings on Linux with glibc: blocks up to 32 MiB come from the heap, and the heap is not given back. There is one
    /// heap for all threads, since those of other threads are given back whenever they are empty. Larger blocks are still returned at
    /// once, so that a large batch does not stay resident.
    /// </summary>
    internal static void Apply()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) == "default") return;
        try
        {
            Applied = SetOption(MmapThreshold, LargestMmapThreshold) == 1 && SetOption(TrimThreshold, int.MaxValue) == 1 && SetOption(ArenaLimit, 1) == 1;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Not glibc.
        }
    }

    /// <summary>
    /// Gives back what is free now, where the settings are in force: after much was freed that is not needed again, such as the float32
    /// network from which training starts.
    /// </summary>
    internal static void Trim()
    {
        if (Applied) _ = ReturnFree(0);
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int ReturnFree(nuint keep);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}

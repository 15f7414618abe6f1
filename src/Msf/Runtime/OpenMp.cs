using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>The OpenMP library that libtorch loaded, by the entry points that GCC's compiled code uses (LLVM's and Intel's have them too).</summary>
internal sealed unsafe class OpenMp
{
    private OpenMp(nint library)
    {
        Parallel = (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void>)NativeLibrary.GetExport(library, "GOMP_parallel");
        ThreadNumber = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "omp_get_thread_num");
        TeamSize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "omp_get_num_threads");
        SetThreads = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, "omp_set_num_threads");
    }

    /// <summary>Runs a function on every thread of a team and returns when all are done: function, its argument, threads, flags.</summary>
    internal delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void> Parallel { get; }

    /// <summary>Number of the calling thread in its team, from 0.</summary>
    internal delegate* unmanaged[Cdecl]<int> ThreadNumber { get; }

    /// <summary>Threads of the calling thread's team.</summary>
    internal delegate* unmanaged[Cdecl]<int> TeamSize { get; }

    /// <summary>Sets how many threads the teams that the calling thread will open have; inside a team it ends with that team.</summary>
    internal delegate* unmanaged[Cdecl]<int, void> SetThreads { get; }

    /// <summary>Finds the library among those loaded: the one beside libtorch_cpu, else any; null where there is none.</summary>
    internal static OpenMp? Find()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var folder = Libtorch.Report.Path;
            var loaded = File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/', StringComparison.Ordinal) is >= 0 and var at ? line[at..] : "")
                .Where(path => Path.GetFileName(path) is ['l', 'i', 'b', ..] name && (name.Contains("gomp", StringComparison.Ordinal) || name.Contains("omp5", StringComparison.Ordinal) || name.Contains("libomp", StringComparison.Ordinal)))
                .Distinct()
                .OrderByDescending(path => Path.GetDirectoryName(path) == folder)
                .FirstOrDefault();
            return loaded is not null && NativeLibrary.TryLoad(loaded, out var library) ? new OpenMp(library) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EntryPointNotFoundException)
        {
            return null;
        }
    }
}

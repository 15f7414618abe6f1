using System.Runtime.InteropServices;
using TorchSharp;

namespace Msf.Runtime;

/// <summary>Finds the folders in which this application's native libraries lie.</summary>
internal static class NativeSearch
{
    /// <summary>The environment variable that names the <c>lib</c> folder of another libtorch.</summary>
    internal const string FolderVariable = "MSF_LIBTORCH";

    /// <summary>Writes a library's file name as this platform does: <c>libc10.so</c>, <c>c10.dll</c>, <c>libc10.dylib</c>.</summary>
    internal static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>
    /// Folders that may hold native libraries, most specific first: what the host resolved from <c>deps.json</c> (the package cache
    /// or <c>runtimes/RID/native</c>), then the application's folder, then the folder of TorchSharp's assembly.
    /// </summary>
    internal static IEnumerable<string> Folders()
    {
        var resolved = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        var assembly = Path.GetDirectoryName(typeof(torch).Assembly.Location);
        string[] roots = string.IsNullOrEmpty(assembly) ? [AppContext.BaseDirectory] : [AppContext.BaseDirectory, assembly];
        return resolved.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(roots.SelectMany(root => new[] { root, Path.Combine(root, "runtimes", PortableRuntime, "native") }))
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>The full path of a library in the first folder that has it, or null.</summary>
    internal static string? Find(string library, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);

    private static string PortableRuntime =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
}

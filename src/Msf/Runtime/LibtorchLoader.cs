using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Msf.Runtime;

/// <summary>Loads the native libraries in the order that lets every one find those it links, and keeps TorchSharp's handle.</summary>
internal sealed class LibtorchLoader
{
    /// <summary>The libtorch that TorchSharp 0.107 was compiled against.</summary>
    internal const string BuiltFor = "2.10";

    private const string TorchSharpLibrary = "LibTorchSharp";

    /// <summary>The only version of the C++ library known to be asked for needlessly, and the only symbol concerned.</summary>
    private const string OptionalVersion = "GLIBCXX_3.4.32";
    private const string OptionalSymbol = "_ZSt21ios_base_library_initv";

    private static readonly string[] _libtorchParts = ["c10", "torch_cpu", "torch"];

    private static readonly string[] _searchedByName = ["torch_cpu", "torch_cuda"];

    private readonly bool _cuda;

    private LibtorchLoader(nint torchSharp, bool cuda, LibtorchReport report) => (TorchSharp, _cuda, Report) = (torchSharp, cuda, report);

    /// <summary>Handle of TorchSharp's native half.</summary>
    internal nint TorchSharp { get; }

    /// <summary>What was loaded.</summary>
    internal LibtorchReport Report { get; }

    /// <summary>Whether libtorch is of another version than TorchSharp was compiled for.</summary>
    internal bool IsForeign => Report.SelfTested;

    /// <summary>Loads libtorch and TorchSharp's native half.</summary>
    /// <exception cref="LibtorchNotFoundException">Nothing usable was found.</exception>
    internal static LibtorchLoader Load()
    {
        CpuAllocator.Apply(); // before the first tensor
        var chosen = Environment.GetEnvironmentVariable(NativeSearch.FolderVariable);
        var folder = string.IsNullOrEmpty(chosen) ? PackagedFolder() : ChosenFolder(chosen);
        HideOtherLibtorch(folder);
        var (torchCpu, cuda) = LoadLibtorch(folder);
        var version = LibtorchVersion.Read(torchCpu, folder);
        var (handle, path, compatibility) = LoadTorchSharp(version);
        var foreign = !version.StartsWith(BuiltFor + ".", StringComparison.Ordinal);
        return new LibtorchLoader(handle, cuda, new LibtorchReport(folder, version, compatibility, path, foreign, cuda));
    }

    /// <summary>
    /// Tells TorchSharp that loading is done, which spares its own search.
    /// </summary>
    internal void TellTorchSharp()
    {
        Mark("nativeBackendLoaded");
        if (_cuda) Mark("nativeBackendCudaLoaded");

        static void Mark(string field) => typeof(torch).GetField(field, BindingFlags.Static | BindingFlags.NonPublic)?.SetValue(null, true);
    }

    private static string PackagedFolder()
    {
        var library = NativeSearch.Find("torch_cpu", NativeSearch.Folders());
        return library is not null
            ? Path.GetDirectoryName(library)!
            : throw new LibtorchNotFoundException(
                $"libtorch is not part of this application ({NativeSearch.FileName("torch_cpu")} was not found beside it)",
                $"add the package libtorch-cpu-linux-x64 2.10.0 to the project, or set {NativeSearch.FolderVariable} to the torch/lib folder of a PyTorch {BuiltFor}");
    }

    private static string ChosenFolder(string chosen)
    {
        var folder = Path.GetFullPath(chosen);
        var missing = _libtorchParts.Select(NativeSearch.FileName)
            .FirstOrDefault(file => !File.Exists(Path.Combine(folder, file)));
        return missing is null
            ? folder
            : throw new LibtorchNotFoundException(
                $"{NativeSearch.FolderVariable} is {chosen}, which {(Directory.Exists(folder) ? $"holds no {missing}" : "does not exist")}",
                $"set it to the torch/lib folder of a PyTorch {BuiltFor}, or unset it to use the libtorch of this application");
    }

    /// <summary>
    /// TorchSharp asks the runtime for torch_cpu and torch_cuda by name, which would load the application's own libtorch beside the
    /// chosen one, and two in one process abort it. The runtime tries <c>torch_cpu.so</c> before <c>libtorch_cpu.so</c>: an empty library
    /// of that name ends the search.
    /// </summary>
    private static void HideOtherLibtorch(string folder)
    {
        foreach (var library in _searchedByName)
        {
            var other = NativeSearch.Find(library, NativeSearch.Folders());
            if (other is null || Path.GetDirectoryName(other) == folder) continue;
            if (!OperatingSystem.IsLinux())
            {
                throw new LibtorchNotFoundException(
                    $"{NativeSearch.FolderVariable} is {folder} but the application brings a libtorch of its own in {Path.GetDirectoryName(other)}",
                    $"unset {NativeSearch.FolderVariable}, or publish the application without a libtorch package");
            }
            var name = $"{library}.so";
            WriteAndLoad(name, ElfStub.Build(name), $"the stand-in for {name}");
        }
    }

    private static (nint TorchCpu, bool Cuda) LoadLibtorch(string folder)
    {
        var cuda = File.Exists(Path.Combine(folder, NativeSearch.FileName("torch_cuda")));
        string[] order = cuda ? ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"] : _libtorchParts;
        var handles = order.Select(library => Open(Path.Combine(folder, NativeSearch.FileName(library)), $"libtorch in {folder}")).ToArray();
        return (handles[1], cuda);
    }

    private static (nint Handle, string Path, string Compatibility) LoadTorchSharp(string version)
    {
        var path = NativeSearch.Find(TorchSharpLibrary, NativeSearch.Folders())
            ?? throw new LibtorchNotFoundException(
                $"{NativeSearch.FileName(TorchSharpLibrary)} was not found beside the application: TorchSharp has none for "
                + $"{RuntimeInformation.RuntimeIdentifier}, or the application was copied without its native files",
                "publish the application for linux-x64 and copy the whole folder");
        var what = $"TorchSharp's native library, built for libtorch {BuiltFor}, on libtorch {version}";
        try
        {
            return (Open(path, what), path, "none needed");
        }
        catch (LibtorchNotFoundException refusal) when (refusal.What.Contains(OptionalVersion, StringComparison.Ordinal))
        {
            return LoadAdaptedTorchSharp(path, what, refusal);
        }
    }

    private static (nint Handle, string Path, string Compatibility) LoadAdaptedTorchSharp(
        string path, string what, LibtorchNotFoundException refusal)
    {
        var library = File.ReadAllBytes(path);
        if (ElfVersionRequirement.SymbolsOf(library, OptionalVersion) is not [OptionalSymbol]) throw refusal;
        var name = Path.GetFileName(path);
        var (handle, copy) = WriteAndLoad(name, ElfVersionRequirement.Weaken(library, OptionalVersion), what);
        return (handle, copy, $"{OptionalVersion} is absent from this host's libstdc++: a copy of {name} that does without it was loaded");
    }

    private static (nint Handle, string Path) WriteAndLoad(string name, byte[] content, string what)
    {
        try
        {
            return NativeCache.Load(name, content, path => Open(path, what));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LibtorchNotFoundException(
                $"an adapted {name} is needed on this host and could be written neither to {NativeCache.Root} nor to {Path.GetTempPath()}",
                "make one of them writable, or let XDG_CACHE_HOME name a folder that is",
                e);
        }
    }

    private static nint Open(string path, string what)
    {
        try
        {
            if (!OperatingSystem.IsLinux()) return NativeLibrary.Load(path);
            ElfFile.RequireWhole(path);
            return EagerBinding.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            var reason = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            throw new LibtorchNotFoundException(
                $"{what} does not load ({reason})",
                $"use a libtorch {BuiltFor} for {RuntimeInformation.RuntimeIdentifier} ({NativeSearch.FolderVariable} names its folder) on a host with glibc 2.34 or newer",
                e);
        }
    }
}

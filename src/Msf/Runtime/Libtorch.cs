using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Msf.Runtime;

/// <summary>
/// Loads libtorch so that TorchSharp works on hosts whose C++ library is older than TorchSharp expects, and on a libtorch of the
/// user's choice (environment variable <c>MSF_LIBTORCH</c>).
/// </summary>
/// <remarks>
/// A module initialiser answers TorchSharp's search for its native half as soon as this assembly is used; calling
/// <see cref="Initialize"/> first gives the clearer error. Nothing is written but one small file in the user's cache folder, and
/// that only where the host needs it. See <c>docs/decisions</c>, native loading.
/// </remarks>
public static class Libtorch
{
    private static readonly Lazy<LibtorchLoader> _loaded = new(LibtorchLoader.Load); // both keep and rethrow the first failure
    private static readonly Lazy<LibtorchReport> _ready = new(Prepare);
    private static volatile bool _preparing;

    /// <summary>Loads libtorch if that has not happened yet. Later calls, also from other threads, cost nothing.</summary>
    /// <exception cref="LibtorchNotFoundException">Nothing usable was found; the message says in one line what to do.</exception>
    public static void Initialize() => _ = _ready.Value;

    /// <summary>What was loaded and how; loads it if that has not happened yet.</summary>
    /// <exception cref="LibtorchNotFoundException">Nothing usable was found; the message says in one line what to do.</exception>
    public static LibtorchReport Report => _ready.Value;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp must find its native half whichever type of this library is used first.")]
    internal static void AnswerTorchSharp()
    {
        var torchSharp = typeof(torch).Assembly;
        if (AssemblyLoadContext.GetLoadContext(torchSharp) is { } context)
            context.ResolvingUnmanagedDll += (assembly, name) => assembly == torchSharp ? Resolve(name) : 0;
        try
        {
            NativeLibrary.SetDllImportResolver(torchSharp, (name, _, _) => Resolve(name));
        }
        catch (InvalidOperationException)
        {
            // The application has a resolver of its own for TorchSharp: it goes first, the event above second.
        }
    }

    // Runs inside TorchSharp's static constructor at times, so it may load libraries but must not wait for Prepare.
    private static nint Resolve(string name)
    {
        if (name is not ("LibTorchSharp" or "torch_cpu" or "torch_cuda")) return 0;
        var loader = _loaded.Value;
        if (loader.IsForeign && !_preparing)
        {
            throw new LibtorchNotFoundException(
                $"{NativeSearch.FolderVariable} names libtorch {loader.Report.Version}, which must pass a self-test",
                "call Msf.Runtime.Libtorch.Initialize() before the first tensor");
        }
        loader.TellTorchSharp();
        return name is "LibTorchSharp" ? loader.TorchSharp : 0;
    }

    private static LibtorchReport Prepare()
    {
        var loader = _loaded.Value;
        _preparing = true;
        loader.TellTorchSharp();
        if (loader.IsForeign) LibtorchSelfTest.Run(loader.Report);
        return loader.Report;
    }
}

using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Msf.Runtime;

/// <summary>Finds out which version a loaded libtorch is.</summary>
internal static partial class LibtorchVersion
{
    /// <summary>What <see cref="Read"/> answers for a libtorch that does not say.</summary>
    internal const string Unknown = "unknown";

    /// <summary>Asks the loaded library (libtorch 2.9 and newer), else the files that PyTorch and libtorch archives put beside it.</summary>
    /// <param name="torchCpu">Handle of <c>libtorch_cpu</c>.</param>
    /// <param name="folder">The folder that it was loaded from.</param>
    internal static string Read(nint torchCpu, string folder)
    {
        if (NativeLibrary.TryGetExport(torchCpu, "aoti_torch_abi_version", out var function))
            return FromNumber(Marshal.GetDelegateForFunctionPointer<AbiVersion>(function)());
        return FromFile(Path.Combine(folder, "..", "version.py"), PythonVersion())
            ?? FromFile(Path.Combine(folder, "..", "build-version"), BareVersion())
            ?? Unknown;
    }

    /// <summary>Major, minor and patch are the three highest bytes.</summary>
    internal static string FromNumber(ulong number) => $"{number >> 56}.{(number >> 48) & 0xff}.{(number >> 40) & 0xff}";

    /// <summary>Reads the first version that a text file states, or null.</summary>
    internal static string? FromFile(string path, Regex pattern)
    {
        if (!File.Exists(path)) return null;
        var match = pattern.Match(File.ReadAllText(path));
        return match.Success ? match.Groups["version"].Value : null;
    }

    [GeneratedRegex(@"__version__\s*=\s*['""](?<version>[0-9][^'""]*)['""]")]
    internal static partial Regex PythonVersion();

    [GeneratedRegex(@"^\s*(?<version>[0-9]\S*)")]
    internal static partial Regex BareVersion();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong AbiVersion();
}

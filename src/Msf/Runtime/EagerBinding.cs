using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>
/// Loads a library on Linux with all its functions bound at once. The runtime binds them at their first call, where one that is
/// missing ends the process.
/// </summary>
internal static partial class EagerBinding
{
    private const int BindNow = 2; // RTLD_NOW

    /// <summary>Loads a library.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="DllNotFoundException">It or something that it needs is missing; the message is the dynamic loader's.</exception>
    internal static nint Load(string path)
    {
        _ = LastError(); // forgets earlier errors, and binds the function itself, which would overwrite the error to be read
        var handle = Open(path, BindNow);
        return handle != 0 ? handle : throw new DllNotFoundException(Marshal.PtrToStringUTF8(LastError()) ?? $"{path} does not load");
    }

    // In the C library itself since glibc 2.34, which TorchSharp's library needs in any case.
    [LibraryImport("libc.so.6", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "dlerror")]
    private static partial nint LastError();
}

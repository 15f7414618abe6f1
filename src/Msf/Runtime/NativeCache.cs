using System.Security.Cryptography;

namespace Msf.Runtime;

/// <summary>Keeps prepared copies of native libraries in a folder of this user, named by their content.</summary>
public static class NativeCache
{
    /// <summary>
    /// The user's cache folder for this project: <c>$XDG_CACHE_HOME/msf</c>, else <c>~/.cache/msf</c>. It need not exist, and without
    /// a home it cannot be made.
    /// </summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Loads a library from bytes: from the cache if it can be written or already holds them, else from a private temporary folder
    /// that is removed again.
    /// </summary>
    /// <param name="fileName">The file's name, for example <c>libLibTorchSharp.so</c>.</param>
    /// <param name="content">The file's bytes.</param>
    /// <param name="load">Loads a library by its full path, and throws if it cannot.</param>
    /// <param name="root">The cache folder; <see cref="Root"/> if null.</param>
    /// <returns>What <paramref name="load"/> returned, and the path that it was given.</returns>
    /// <exception cref="IOException">Neither place could be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Neither place could be written.</exception>
    internal static (nint Handle, string Path) Load(string fileName, byte[] content, Func<string, nint> load, string? root = null)
    {
        try
        {
            var path = Store(fileName, content, root ?? Root);
            return (load(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            // Not writable, full, or mounted without the right to execute: the temporary directory may do.
        }
        var folder = Directory.CreateTempSubdirectory("msf-").FullName; // readable by this user alone
        try
        {
            var path = Path.Combine(folder, fileName);
            File.WriteAllBytes(path, content);
            return (load(path), path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true); // a loaded library stays mapped
        }
    }

    /// <summary>Puts bytes in the cache, or finds them there; whole or not at all, also with several processes at once.</summary>
    internal static string Store(string fileName, byte[] content, string root)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        var path = Path.Combine(root, "native", digest[..16], fileName);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            File.WriteAllBytes(partial, content);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
        return path;
    }

    private static string FindRoot()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathFullyQualified(cache)) return Path.Combine(cache, "msf");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : AppContext.BaseDirectory, ".cache", "msf");
    }
}

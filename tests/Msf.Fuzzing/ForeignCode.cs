using System.Globalization;

namespace Msf.Fuzzing;

/// <summary>
/// Looks for signs that something of an input was run: the file that the commands in hostile inputs would make, a child process, an assembly
/// from elsewhere than the program's and the runtime's folders.
/// </summary>
internal sealed class ForeignCode : IDisposable
{
    private readonly AssemblyLoadEventHandler _loaded;
    private int _assemblies;

    public ForeignCode()
    {
        File.Delete(Marker);
        _loaded = (_, e) =>
        {
            if (!IsOwn(e.LoadedAssembly)) Interlocked.Increment(ref _assemblies);
        };
        AppDomain.CurrentDomain.AssemblyLoad += _loaded;
    }

    /// <summary>The command in hostile inputs.</summary>
    public const string Command = "touch msf-fuzz-code-was-run";

    /// <summary>The file that it would make.</summary>
    public static string Marker { get; } = Path.Combine(Environment.CurrentDirectory, "msf-fuzz-code-was-run");

    /// <summary>How many signs there are.</summary>
    public int Signs() => Volatile.Read(ref _assemblies) + (File.Exists(Marker) ? 1 : 0) + Children();

    public void Dispose() => AppDomain.CurrentDomain.AssemblyLoad -= _loaded;

    private static bool IsOwn(System.Reflection.Assembly assembly)
    {
        if (assembly.IsDynamic || assembly.Location.Length == 0) return false;
        var folders = new[] { AppContext.BaseDirectory, Path.GetDirectoryName(typeof(object).Assembly.Location)! };
        return folders.Any(folder => assembly.Location.StartsWith(folder, StringComparison.Ordinal));
    }

    private static int Children()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        var count = 0;
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                count += File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Count(child => int.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out _));
            }
            catch (IOException)
            {
                // The thread ended.
            }
        }
        return count;
    }
}

using System.Diagnostics;

namespace Msf.Data;

/// <summary>Lets one of several writers of a latent cache at a time settle what concerns all of them.</summary>
internal static class LatentGate
{
    /// <summary>Name of the file that is held.</summary>
    public const string Name = ".gate";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits for the gate and holds it until disposed; a killed process leaves it open.</summary>
    /// <param name="folder">The cache.</param>
    /// <exception cref="IOException">Another writer does not leave it.</exception>
    public static IDisposable Enter(string folder)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && waited.Elapsed < _patience)
            {
                Thread.Sleep(50);
            }
        }
    }
}

using System.Text.Json;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>How a run of any kind starts or goes on: one trainer at a time has its folder, and finds it as its newest good checkpoint left it.</summary>
internal static class RunStart
{
    /// <summary>Takes a run folder.</summary>
    /// <param name="path">Run folder; made where it is not there.</param>
    /// <param name="resume">Go on where the run stopped; without, a folder that already has a run is refused.</param>
    /// <param name="warn">Told what a person should know, one line each.</param>
    /// <param name="findNewest">Finds what the run left.</param>
    /// <param name="environment">What computed that.</param>
    /// <param name="create">Makes the trainer, of what the run left; it disposes the hold on the folder.</param>
    /// <exception cref="IOException">The folder already holds a run, another process trains in it, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static TTrainer Open<TSaved, TTrainer>(
        string path, bool resume, Action<string> warn, Func<RunFolder, Action<string>, TSaved?> findNewest, Func<TSaved, RunEnvironment?> environment,
        Func<RunFolder, TSaved?, IDisposable, TTrainer> create)
        where TSaved : class
    {
        var run = new RunFolder(path);
        if (run.HoldsRun && !resume)
            throw new IOException($"{path} already holds a run; add --resume to go on with it, or choose another folder.");
        Directory.CreateDirectory(run.Root);                                                  // known to be writable before the data are measured
        var held = RunLock.Take(run);
        try
        {
            run.Sweep();
            var saved = resume ? findNewest(run, warn) : null;
            if (saved is not null && environment(saved)?.Float32Product is { } route) Float32Products.Use(route);
            if (saved is null && resume) warn($"{path} has no usable checkpoint; starting from the beginning.");
            if (saved is null) File.Delete(run.Broken);                                       // of an earlier try
            return create(run, saved, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Drops what the run wrote beyond the position that it goes on from, and writes its configuration.</summary>
    /// <param name="run">The run.</param>
    /// <param name="images">The position.</param>
    /// <param name="config">The configuration.</param>
    public static void Settle<TConfig>(RunFolder run, long images, TConfig config)
    {
        new MetricsLog(run.Metrics).TruncateAfter(images);
        new AverageSnapshots(run).TruncateAfter(images);
        new TensorBoardLog(run.TensorBoard).TruncateAfter(images);
        AtomicFile.Write(run.Config, stream => JsonSerializer.Serialize(stream, config, JsonFormat.Indented));
    }
}

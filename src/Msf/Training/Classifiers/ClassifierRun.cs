using System.Text.Json;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Opens a run that trains a classifier: parts the data, prepares the folder, and makes its trainer.</summary>
public static class ClassifierRun
{
    /// <summary>Starts a new run or goes on with an old one.</summary>
    /// <param name="config">The resolved configuration.</param>
    /// <param name="path">Run folder.</param>
    /// <param name="source">The images; must stay open while training.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resume">Go on where the run stopped; without, a folder that already has a run is refused.</param>
    /// <param name="warn">Told what a person should know, one line each.</param>
    /// <returns>The trainer, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The configuration is invalid, or does not fit the data or the run to go on with.</exception>
    /// <exception cref="FileNotFoundException">There is no such set of held-out images.</exception>
    /// <exception cref="InvalidDataException">An image is damaged, or a whole checkpoint is not readable by this program.</exception>
    /// <exception cref="IOException">The folder already holds a run, another process trains in it, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static ClassifierTrainer Open(ClassifierRunConfig config, string path, IImageSource source, Device device, bool resume, Action<string> warn)
    {
        if (config.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors));
        if (source.Classes.Count != config.Classifier.Classes)
            throw new ArgumentException($"{source.Name} has {source.Classes.Count} classes, the configuration {config.Classifier.Classes}; set classifier.classes, or name data.classes.");
        var run = new RunFolder(path);
        if (run.HoldsRun && !resume)
            throw new IOException($"{path} already holds a run; add --resume to go on with it, or choose another folder.");
        Directory.CreateDirectory(run.Root);
        var held = RunLock.Take(run);
        try
        {
            run.Sweep();
            var saved = resume ? SavedClassifierRun.FindNewest(run, warn) : null;
            if (saved?.State.Environment.Float32Product is { } route) Float32Products.Use(route);
            if (saved is not null) config = ResumeCheck.Adopt(saved, config, source, device, warn);
            else if (resume) warn($"{path} has no usable checkpoint; starting from the beginning.");
            var trainer = Create(config, run, source, device, saved, warn);
            trainer.Holds = held;
            return trainer;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static ClassifierTrainer Create(ClassifierRunConfig config, RunFolder run, IImageSource source, Device device, SavedClassifierRun? saved, Action<string> warn)
    {
        if (saved is null) File.Delete(run.Broken);                                           // of an earlier try
        ClassifierData? data = ClassifierData.Open(config, source, new BrokenImageLog(run.Broken, warn).Add);
        ClassifierTrainer? trainer = null;
        try
        {
            trainer = new ClassifierTrainer(config, run, data, device);
            if (saved is not null) trainer.Restore(saved);
            new MetricsLog(run.Metrics).TruncateAfter(trainer.Images);
            new TensorBoardLog(run.TensorBoard).TruncateAfter(trainer.Images);
            AtomicFile.Write(run.Config, stream => JsonSerializer.Serialize(stream, trainer.Config, JsonFormat.Indented));
            return trainer;
        }
        catch
        {
            if (trainer is null) data.Dispose();
            else trainer.Dispose();
            throw;
        }
    }
}

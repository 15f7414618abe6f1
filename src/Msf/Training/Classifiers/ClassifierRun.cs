using Msf.Data;
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
        return RunStart.Open<SavedClassifierRun, ClassifierTrainer>(
            path, resume, warn, SavedClassifierRun.FindNewest, saved => saved.State.Environment,
            (run, saved, held) => Create(saved is null ? config : ResumeCheck.Adopt(saved, config, source, device, warn), run, source, device, saved, held, warn));
    }

    private static ClassifierTrainer Create(ClassifierRunConfig config, RunFolder run, IImageSource source, Device device, SavedClassifierRun? saved, IDisposable held, Action<string> warn)
    {
        ClassifierData? data = ClassifierData.Open(config, source, new BrokenImageLog(run.Broken, warn).Add);
        ClassifierTrainer? trainer = null;
        try
        {
            trainer = new ClassifierTrainer(config, run, data, device);
            if (saved is not null) trainer.Restore(saved);
            RunStart.Settle(run, trainer.Images, trainer.Config);
            trainer.Holds = held;
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

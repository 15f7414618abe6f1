using Msf.Data;
using Msf.Factorization;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Opens a run: checks that data and model fit, prepares the folder, and makes its trainer.</summary>
public static class TrainingRun
{
    /// <summary>Starts a new run or goes on with an old one.</summary>
    /// <param name="config">The resolved configuration.</param>
    /// <param name="path">Run folder.</param>
    /// <param name="source">The images, or a latent cache; must stay open while training.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resume">Go on where the run stopped; without, a folder that already has a run is refused.</param>
    /// <param name="warn">Told what a person should know, one line each.</param>
    /// <returns>The trainer, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The configuration is invalid, or does not fit the data or the run to go on with.</exception>
    /// <exception cref="InvalidDataException">An image is damaged, or a whole checkpoint is not readable by this program.</exception>
    /// <exception cref="IOException">The folder already holds a run, another process trains in it, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static Trainer Open(RunConfig config, string path, ILabeledSet source, Device device, bool resume, Action<string> warn)
    {
        if (config.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors));
        var data = new RunData(config, source, device);                                       // before the folder is made
        try
        {
            return RunStart.Open<SavedRun, Trainer>(path, resume, warn, SavedRun.FindNewest, saved => saved.State.Environment, (run, saved, held) =>
            {
                if (saved is not null)
                {
                    config = ResumeCheck.Adopt(saved, config, source, device, warn);
                    data.RequireSame(saved);
                }
                return Create(config, run, source, data, device, saved, held, warn);
            });
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static Trainer Create(RunConfig config, RunFolder run, ILabeledSet source, RunData data, Device device, SavedRun? saved, IDisposable held, Action<string> warn)
    {
        var batches = data.Batches(new BrokenImageLog(run.Broken, warn).Add);
        Trainer? trainer = null;
        try
        {
            var statistics = saved?.State.Statistics ?? data.Teacher?.Manifest.Statistics
                ?? DataStatistics.Measure(batches, new MultiScaleFactorization(config.Model.Factorization), config.Model.Channels);
            trainer = new Trainer(config, run, batches, [.. source.Classes.Select(c => c.Name)], device, statistics, data);
            if (saved is not null) trainer.Restore(saved);
            else if (config.Training.InitialWeights is { } initial) trainer.Initialize(initial, warn);
            trainer.TellWhatStartsFromBase(warn);
            RunStart.Settle(run, trainer.Images, trainer.Config);
            trainer.Holds = held;
            return trainer;
        }
        catch
        {
            if (trainer is null) batches.Dispose();
            else trainer.Dispose();
            throw;
        }
    }
}

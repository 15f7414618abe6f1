using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Opens a run that trains an autoencoder: prepares the folder, and makes its trainer.</summary>
public static class AutoencoderRun
{
    /// <summary>Starts a new run or goes on with an old one.</summary>
    /// <param name="config">The resolved configuration.</param>
    /// <param name="path">Run folder.</param>
    /// <param name="source">The images; must stay open while training.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resume">Go on where the run stopped; without, a folder that already has a run is refused.</param>
    /// <param name="warn">Told what a person should know, one line each.</param>
    /// <returns>The trainer, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The configuration is invalid, or does not fit the run to go on with.</exception>
    /// <exception cref="FileNotFoundException">The network of the perceptual loss is missing.</exception>
    /// <exception cref="InvalidDataException">An image is damaged, or a whole checkpoint is not readable by this program.</exception>
    /// <exception cref="IOException">The folder already holds a run, another process trains in it, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static AutoencoderTrainer Open(AutoencoderRunConfig config, string path, IImageSource source, Device device, bool resume, Action<string> warn)
    {
        if (config.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors));
        return RunStart.Open<SavedAutoencoderRun, AutoencoderTrainer>(
            path, resume, warn, SavedAutoencoderRun.FindNewest, saved => saved.State.Environment,
            (run, saved, held) => Create(saved is null ? config : ResumeCheck.Adopt(saved, config, source, device, warn), run, source, device, saved, held, warn));
    }

    private static AutoencoderTrainer Create(
        AutoencoderRunConfig config, RunFolder run, IImageSource source, Device device, SavedAutoencoderRun? saved, IDisposable held, Action<string> warn)
    {
        var batches = new ImageBatches(source, config.Size, config.Data.Loader(config.Training.Seed), new BrokenImageLog(run.Broken, warn).Add);
        AutoencoderTrainer? trainer = null;
        try
        {
            trainer = new AutoencoderTrainer(config, run, batches, device);
            if (saved is not null) trainer.Restore(saved);
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

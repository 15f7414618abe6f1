using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf train</c> is to train, whichever kind it is.</summary>
internal abstract class TrainingSession
{
    /// <summary>Name shown to people.</summary>
    internal abstract string Name { get; }

    /// <summary>Images.</summary>
    internal abstract DataConfig Data { get; }

    /// <summary>Optimisation.</summary>
    internal abstract TrainingConfig Training { get; }

    /// <summary>Everything that is wrong with the configuration, one line each.</summary>
    internal abstract IReadOnlyList<string> Validate();

    /// <summary>Prints the resolved configuration, and its cost on standard error.</summary>
    internal abstract void PrintPlan(Terminal terminal);

    /// <summary>Opens the run and trains until its end or until cancelled.</summary>
    /// <param name="run">Run folder.</param>
    /// <param name="images">The images, or their latents.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resume">Go on where the run stopped.</param>
    /// <param name="terminal">Where warnings and progress go.</param>
    /// <param name="cancellation">Ends the run early.</param>
    internal abstract TrainingResult Train(string run, ILabeledSet images, Device device, bool resume, Terminal terminal, CancellationToken cancellation);

    /// <summary>Reads a configuration of either kind.</summary>
    /// <param name="preset">Preset or file.</param>
    /// <param name="assignments">Members to set.</param>
    /// <param name="source">Image source instead of the configuration's, or null.</param>
    /// <param name="maxImages">Length instead of the configuration's, or null.</param>
    internal static TrainingSession Read(string preset, IReadOnlyList<string> assignments, string? source, long? maxImages)
    {
        DataConfig From(DataConfig data) => source is null ? data : data with { Source = source };
        TrainingConfig Until(TrainingConfig training) => maxImages is { } images ? training with { MaxImages = images } : training;
        if (RunConfigReader.KindOf(preset) == RunKind.Autoencoder)
        {
            var autoencoder = RunConfigReader.ReadAutoencoder(preset, assignments);
            return new AutoencoderSession(autoencoder with { Data = From(autoencoder.Data), Training = Until(autoencoder.Training) });
        }
        var model = RunConfigReader.Read(preset, assignments);
        return new ModelSession(model with { Data = From(model.Data), Training = Until(model.Training) });
    }

    /// <summary>Trains with progress on standard error.</summary>
    /// <param name="train">Trains.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <param name="cancellation">Ends the run early.</param>
    protected static TrainingResult Watch(Func<IProgress<TrainingProgress>, TrainingResult> train, Terminal terminal, CancellationToken cancellation)
    {
        using var progress = new TrainingProgressLine(terminal.Error);
        using var told = cancellation.Register(() => terminal.Error.WriteLine("msf: finishing this step and saving; once more stops at once."));
        var result = train(progress);
        progress.Finish();
        return result;
    }
}

using System.Text.Json;
using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf train</c> is to train, whichever kind it is.</summary>
/// <param name="config">The resolved configuration.</param>
/// <param name="name">Name shown to people.</param>
/// <param name="data">Images.</param>
/// <param name="training">Optimisation.</param>
/// <param name="validate">Everything that is wrong with the configuration, one line each.</param>
internal abstract class TrainingSession(object config, string name, DataConfig data, TrainingConfig training, Func<IReadOnlyList<string>> validate)
{
    /// <summary>Name shown to people.</summary>
    protected string Name => name;

    /// <summary>Optimisation.</summary>
    protected TrainingConfig Training => training;

    /// <summary>What the run costs, in lines.</summary>
    protected abstract IEnumerable<string> Costs();

    /// <summary>Opens the run and trains until its end or until cancelled.</summary>
    /// <param name="run">Run folder.</param>
    /// <param name="images">The images, or their latents.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resume">Go on where the run stopped.</param>
    /// <param name="terminal">Where warnings and progress go.</param>
    /// <param name="cancellation">Ends the run early.</param>
    protected abstract TrainingResult Train(string run, ILabeledSet images, Device device, bool resume, Terminal terminal, CancellationToken cancellation);

    /// <summary>Checks the configuration, then prints the plan or trains and prints what came of it.</summary>
    /// <param name="run">Run folder.</param>
    /// <param name="options">What the command line says of the run.</param>
    /// <param name="noSource">What to say where there are no images.</param>
    /// <param name="done">What to say of a run that reached its end.</param>
    /// <param name="command">The command that goes on with a run that did not.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellation">Ends the run early.</param>
    internal int Run(string run, Options options, string noSource, Func<TrainingResult, string> done, string command, Terminal terminal, CancellationToken cancellation)
    {
        if (validate() is { Count: > 0 } errors) throw new InvalidDataException(string.Join("; ", errors));
        if (options.DryRun)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(config, JsonFormat.Indented));
            foreach (var line in Costs()) terminal.Error.WriteLine(line);
            return ExitCode.Done;
        }
        var device = DeviceOption.Resolve(options.Device);
        if (data.Source is not { } source) throw new UsageException(noSource);
        using var images = DataSets.Open(source, data.Classes);
        var result = Train(run, images, device, options.Resume, terminal, cancellation);
        if (options.Json)
            terminal.WriteJson(new TrainReport(result.Run, result.Images, Math.Round(result.Seconds, 1), result.Checkpoint, result.Model), TrainJson.Default.TrainReport);
        else
            terminal.Out.WriteLine(result.Completed
                ? done(result)
                : $"stopped at {result.Images:N0} images, saved in {result.Checkpoint}; go on with: {command} --resume --out {result.Run}");
        return ExitCode.Done;
    }

    /// <summary>Reads a configuration of any kind.</summary>
    /// <param name="preset">Preset or file.</param>
    /// <param name="assignments">Members to set.</param>
    /// <param name="source">Image source instead of the configuration's, or null.</param>
    /// <param name="maxImages">Length instead of the configuration's, or null.</param>
    internal static TrainingSession Read(string preset, IReadOnlyList<string> assignments, string? source, long? maxImages)
    {
        DataConfig From(DataConfig own) => source is null ? own : own with { Source = source };
        TrainingConfig Until(TrainingConfig own) => maxImages is { } images ? own with { MaxImages = images } : own;
        switch (RunConfigReader.KindOf(preset))
        {
            case RunKind.Autoencoder:
                var autoencoder = RunConfigReader.ReadAutoencoder(preset, assignments);
                return new AutoencoderSession(autoencoder with { Data = From(autoencoder.Data), Training = Until(autoencoder.Training) });
            case RunKind.Classifier:
                var classifier = RunConfigReader.ReadClassifier(preset, assignments);
                return new ClassifierSession(classifier with { Data = From(classifier.Data), Training = Until(classifier.Training) });
            default:
                var model = RunConfigReader.Read(preset, assignments);
                return new ModelSession(model with { Data = From(model.Data), Training = Until(model.Training) });
        }
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

    /// <summary>What the command line says of a run.</summary>
    /// <param name="Device">Name of the device.</param>
    /// <param name="Resume">Go on where the run stopped.</param>
    /// <param name="DryRun">Print the plan only.</param>
    /// <param name="Json">Print JSON at the end.</param>
    internal readonly record struct Options(string Device, bool Resume, bool DryRun, bool Json);
}

using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Evaluation;

namespace Msf.Cli.Commands;

/// <summary><c>msf tune</c>: searches the sampling settings that are worth their cost, and makes the best of them the model's defaults.</summary>
internal sealed class TuneCommand : MsfCommand
{
    private readonly Option<string> _model = new("--model") { Description = "Model folder, or name of a bundled model.", Required = true, HelpName = "DIR" };
    private readonly Option<string> _data = new("--data") { Description = "Images that samples are compared with; their classes must be the model's.", Required = true, HelpName = "SOURCE" };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Time for all of it; it is kept.", Required = true, HelpName = "S" };
    private readonly Option<string> _features = new("--features") { Description = "Feature network: the folder of a classifier (msf train), or a TorchScript file, here or in the data folder, which is a program and is run.", DefaultValueFactory = _ => "features.pt", HelpName = "FILE|DIR" };
    private readonly Option<string?> _reference = new("--reference") { Description = "Statistics of the data (mu, sigma) made with the same network; spares reading its images.", HelpName = "FILE.npz" };
    private readonly Option<int> _referenceImages = new("--reference-images") { Description = "Most images of the data that are read.", DefaultValueFactory = _ => 10_000, HelpName = "N" };
    private readonly Option<string?> _out = new("--out") { Description = "Folder of report.json, front.png and journal; the same folder goes on where it was stopped.", HelpName = "DIR" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of samples and choices.", DefaultValueFactory = _ => 0, HelpName = "S" };
    private readonly Option<string> _samples = new("--samples") { Description = "Samples of the first and the last round.", DefaultValueFactory = _ => "64,1024", HelpName = "FIRST,LAST" };
    private readonly Option<string?> _keep = new("--keep") { Description = "What stays as it is: some of steps, solver, guidance, grid, condition.", HelpName = "guidance,..." };
    private readonly Option<int> _mostSteps = new("--max-steps") { Description = "Most steps of a stage.", DefaultValueFactory = _ => 50, HelpName = "N" };
    private readonly Option<string> _pick = new("--pick") { Description = "best: the smallest distance; within:P: the cheapest within P % of it.", DefaultValueFactory = _ => "within:5", HelpName = "best|within:P" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Leave the model as it is." };
    private readonly Option<int> _batch = new("--batch-size") { Description = "Images worked on together.", DefaultValueFactory = _ => 16, HelpName = "B" };
    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<string?> _autoencoder = new("--autoencoder") { Description = "Autoencoder folder for a model of latents that has none of its own.", HelpName = "DIR" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal TuneCommand(Terminal terminal) : base(
        terminal, "tune", "Search steps, solver and guidance that are worth their cost, and make the choice the model's default settings.",
        "msf tune --model runs/cifar10/model --data cifar10/test --features resnet56.pt --seconds 600 --out tuned",
        "msf tune --model noto-emoji --data noto-emoji-64 --seconds 900 --keep guidance --pick best --dry-run")
    {
        foreach (var option in new Option[]
        {
            _model, _data, _seconds, _features, _reference, _referenceImages, _out, _seed, _samples, _keep, _mostSteps, _pick, _dryRun, _batch, _precision, _device, _autoencoder, _json,
        })
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => arguments.GetValue(_out) is not null;

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        if (ListArgument.Parse<int>(arguments.GetRequiredValue(_samples), "--samples") is not [var first, var most])
            throw new UsageException($"--samples is \"{arguments.GetValue(_samples)}\"; expected two numbers, for example 64,1024.");
        var folder = BundledModels.Find(arguments.GetRequiredValue(_model));
        var options = new TuningRunOptions
        {
            Model = folder,
            Data = arguments.GetRequiredValue(_data),
            Features = arguments.GetRequiredValue(_features),
            Seconds = arguments.GetValue(_seconds),
            Reference = arguments.GetValue(_reference),
            ReferenceImages = arguments.GetValue(_referenceImages),
            Out = arguments.GetValue(_out),
            Seed = arguments.GetValue(_seed),
            BatchSize = arguments.GetValue(_batch),
            FirstCount = first,
            MostCount = most,
            MostSteps = arguments.GetValue(_mostSteps),
            Keep = [.. (arguments.GetValue(_keep)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []).Select(Setting)],
            Within = Within(arguments.GetRequiredValue(_pick)),
            Precision = PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)),
            Autoencoder = arguments.GetValue(_autoencoder),
        };
        if (options.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        options = options with { Device = DeviceOption.Resolve(arguments.GetRequiredValue(_device)) };

        (TuningReport Report, IReadOnlyList<string> Files) tuned;
        using (var progress = new TuningProgressLine(Terminal.Error))
        {
            var run = new TuningRun(options) { Note = line => Terminal.Error.WriteLine($"msf: {line}"), Progress = progress, ReferenceProgress = progress };
            try
            {
                tuned = run.Run(cancellation);
            }
            catch (TimeoutException e)
            {
                progress.Dispose();
                Terminal.WriteError(e.Message);
                return ExitCode.Failed;
            }
        }
        var wanted = !arguments.GetValue(_dryRun) && !tuned.Report.Interrupted;
        var refused = wanted ? Write(folder, tuned.Report) : null;
        var written = wanted && refused is null;
        if (arguments.GetValue(_json)) Terminal.WriteJson(TuneReport.Of(tuned.Report, written, tuned.Files), TuneJson.Default.TuneReport);
        else Print(tuned.Report, folder, written, tuned.Files);
        if (refused is null) return ExitCode.Done;
        Terminal.WriteError(refused);
        return ExitCode.Failed;
    }

    // Null, or why the model is as it was: what a search took its time for is told all the same.
    private static string? Write(string folder, TuningReport report)
    {
        try
        {
            ModelFolder.WriteSampling(folder, report.Picked.Sampling);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the choice could not be written: {e.Message}";
        }
    }

    private void Print(TuningReport report, string folder, bool written, IReadOnlyList<string> files)
    {
        Terminal.Out.WriteLine(
            $"{report.Model}: {report.Measurements.Length} measurements; the front at {report.Count} samples against {(report.ReferenceImages is { } images ? $"{images:N0} images" : "statistics")}{(report.Interrupted ? " (stopped early)" : "")}");
        foreach (var line in TuneTable.Lines(report)) Terminal.Out.WriteLine(line);
        Terminal.Out.WriteLine($"> {report.Rule}");
        if (report.Own is { } own)
        {
            var (before, after) = ((double)own.MultiplyAdds, (double)report.Picked.MultiplyAdds);
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"before: distance {own.Distance:F2} at {before / 1e9:F2} G; the choice: {report.Picked.Distance:F2} at {after / 1e9:F2} G, {before / after:F2} times cheaper"));
        }
        Terminal.Out.WriteLine(written ? $"{Path.Combine(folder, ModelFolder.ManifestName)} has the choice as its default" : $"{folder} is as it was");
        if (files.Count > 0) Terminal.Out.WriteLine(string.Join(", ", files));
    }

    private static TuningSetting Setting(string name) => Enum.TryParse<TuningSetting>(name, ignoreCase: true, out var setting) && Enum.IsDefined(setting)
        ? setting
        : throw new UsageException($"--keep names \"{name}\"; expected some of {string.Join(", ", Enum.GetNames<TuningSetting>()).ToLowerInvariant()}.");

    private static double Within(string text) =>
        text == "best" ? 0
        : text.StartsWith("within:", StringComparison.Ordinal) && double.TryParse(text[7..], CultureInfo.InvariantCulture, out var percent) && percent >= 0 ? percent
        : throw new UsageException($"--pick is \"{text}\"; expected best or within:P, P in percent.");
}

using System.CommandLine;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary><c>msf evaluate</c>: generates, measures, and writes a report for programs and one for people.</summary>
internal sealed class EvaluateCommand : MsfCommand
{
    private readonly Option<string?> _model = new("--model") { Description = "Model folder, or name of a bundled model, whose samples are judged.", HelpName = "DIR|NAME" };
    private readonly Option<string?> _samples = new("--samples") { Description = "Samples that are there already, instead of a model: a .npz file (ADM layout) or a folder of images.", HelpName = "FILE.npz|DIR" };
    private readonly Option<string?> _data = new("--data") { Description = "Images that samples are compared with; their classes give the samples theirs.", HelpName = "SOURCE" };
    private readonly Option<string?> _classes = new("--classes") { Description = "With --samples: classes of the data, by name, in the order of the samples' labels (default all).", HelpName = "A,B" };
    private readonly Option<string?> _reference = new("--reference") { Description = "Statistics (mu, sigma) or images (arr_0) that stand for the data's.", HelpName = "FILE.npz" };
    private readonly Option<string?> _heldOut = new("--held-out") { Description = "Images that the model was not trained on, for the memorisation check.", HelpName = "SOURCE" };
    private readonly Option<string?> _group = new("--group")
    {
        Description = "Without --held-out: images of the data whose names agree in what this regular expression matches are versions of one, and not compared with each other.",
        HelpName = "REGEX",
    };

    private readonly Option<string> _features = new("--features")
    {
        Description = "Feature network: the folder of a classifier (msf train), or a TorchScript file, here or in the data folder, which is a program and is run.",
        DefaultValueFactory = _ => "features.pt",
        HelpName = "FILE|DIR",
    };

    private readonly Option<int?> _count = new("--count") { Description = "Number of samples (default 5000; of samples that are there, all).", HelpName = "N" };
    private readonly Option<int> _referenceImages = new("--reference-images") { Description = "Most images of the data that are read, a random choice.", DefaultValueFactory = _ => 50_000, HelpName = "N" };
    private readonly Option<string> _out = new("--out") { Description = "Folder of report.json and report.html; one that was interrupted goes on.", Required = true, HelpName = "REPORT" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of samples and choices.", DefaultValueFactory = _ => 0, HelpName = "S" };
    private readonly SolverArguments _solver = new();
    private readonly GuidanceOptions _guidance = new();
    private readonly Option<int> _batch = new("--batch-size") { Description = "Images worked on together; figures depend on it by rounding alone.", DefaultValueFactory = _ => 16, HelpName = "B" };
    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<string?> _autoencoder = new("--autoencoder") { Description = "Autoencoder folder for a model of latents that has none of its own.", HelpName = "DIR" };
    private readonly Option<string?> _saveSamples = new("--save-samples") { Description = "Write the samples too, in ADM's layout.", HelpName = "FILE.npz" };
    private readonly Option<string?> _saveReference = new("--save-reference") { Description = "Write what is known of the data, for --reference.", HelpName = "FILE.npz" };
    private readonly Option<bool> _keepWork = new("--keep-work") { Description = "Leave the work folder beside the report." };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal EvaluateCommand(Terminal terminal) : base(
        terminal, "evaluate", "Measure a model's samples against data: distances, precision and recall, classes, memorisation, bands; with a report.",
        "msf evaluate --model noto-emoji --data noto-emoji-64 --features runs/classifier/model --out report",
        "msf evaluate --model runs/cifar10/model --data cifar10/train --held-out cifar10/test --features resnet56.pt --count 10000 --steps 30,8 --out report",
        "msf evaluate --samples samples.npz --reference statistics.npz --features inception.pt --json --out report",
        "msf evaluate --model noto-emoji --data noto-emoji-64 --features net.pt --save-samples samples.npz --save-reference statistics.npz --out report")
    {
        foreach (var option in (Option[])
        [
            _model, _samples, _data, _classes, _reference, _heldOut, _group, _features, _count, _referenceImages, _out, _seed, .. _solver.All, .. _guidance.All, _batch, _precision, _device, _autoencoder, _saveSamples,
            _saveReference, _keepWork, _json,
        ])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => true;

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var samples = arguments.GetValue(_samples);
        var model = arguments.GetValue(_model) is { } named ? BundledModels.Find(named) : null;
        var options = new EvaluationRunOptions
        {
            Model = model,
            Samples = samples,
            Guide = _guidance.Guide(arguments),
            Autoencoder = arguments.GetValue(_autoencoder),
            Data = arguments.GetValue(_data),
            Classes = arguments.GetValue(_classes)?.Split(',', StringSplitOptions.TrimEntries),
            Reference = arguments.GetValue(_reference),
            HeldOut = arguments.GetValue(_heldOut),
            Group = arguments.GetValue(_group),
            Features = arguments.GetRequiredValue(_features),
            Count = arguments.GetValue(_count),
            ReferenceImages = arguments.GetValue(_referenceImages),
            Out = arguments.GetRequiredValue(_out),
            Seed = arguments.GetValue(_seed),
            BatchSize = arguments.GetValue(_batch),
            Precision = PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)),
            SaveSamples = arguments.GetValue(_saveSamples),
            SaveReference = arguments.GetValue(_saveReference),
            KeepWork = arguments.GetValue(_keepWork),
            Command = CommandOf(arguments),
        };
        if (options.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        options = options with { Device = DeviceOption.Resolve(arguments.GetRequiredValue(_device)), Sampling = Sampling(model, arguments) };
        if (File.Exists(options.Out)) throw new UsageException($"--out {options.Out} is a file; give a folder's name.");

        (EvaluationReport Report, IReadOnlyList<string> Files) evaluated;
        using (var progress = new EvaluationProgressLine(Terminal.Error))
        {
            var run = new EvaluationRun(options) { Note = line => Terminal.Error.WriteLine($"msf: {line}"), Gathering = progress, Measuring = progress };
            evaluated = run.Run(cancellation);
        }
        if (arguments.GetValue(_json)) Terminal.Out.WriteLine(JsonSerializer.Serialize(evaluated.Report, JsonFormat.Indented));
        else Print(evaluated.Report, evaluated.Files);
        return ExitCode.Done;
    }

    // Null leaves the model's own; without a model there is nothing to sample.
    private SamplingConfig? Sampling(string? model, ParseResult arguments)
    {
        Option[] given = [.. _solver.All.Concat(_guidance.All).Where(option => arguments.GetResult(option) is { Implicit: false })];
        if (given.Length == 0) return null;
        if (model is null) throw new UsageException($"{given[0].Name} is of sampling, and samples are there already; leave it out.");
        var manifest = ModelFolder.ReadManifest(model);
        var stages = _guidance.Apply(_solver.Apply(manifest.Sampling.Stages, arguments), arguments);
        var sampling = manifest.Sampling with { Stages = stages };
        return sampling.Validate(stages.Length) is { Count: > 0 } errors ? throw new UsageException(string.Join("; ", errors)) : sampling;
    }

    private void Print(EvaluationReport report, IReadOnlyList<string> files)
    {
        Terminal.Out.WriteLine($"{report.Name}: {report.Count:N0} samples against {report.Reference.Source}{(report.Reference.Count is { } images ? $" ({images:N0} images)" : "")}, in features of {report.Features.Name}");
        var figures = Figure.Of(report.Metrics, report.Memorisation);
        var (names, values) = (figures.Max(figure => figure.Name.Length), figures.Max(figure => figure.Text.Length));
        foreach (var figure in figures)
            Terminal.Out.WriteLine($"  {figure.Name.PadRight(names)}  {figure.Text.PadLeft(values)}{(figure.Error.Length > 0 ? $" ± {figure.Error}" : "")}");
        foreach (var left in report.Metrics.LeftOut) Terminal.Out.WriteLine($"  left out: {ListArgument.NameOf(left.Metric)}: {left.Why}");
        Terminal.Out.WriteLine(string.Join(", ", files));
    }
}

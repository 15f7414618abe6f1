using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf info</c>: architecture, parameters and cost of a model, beside its single-scale twin.</summary>
internal sealed class InfoCommand : MsfCommand
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Model folder, bundled model or preset.",
        DefaultValueFactory = _ => BundledModels.Default,
        HelpName = "DIR|PRESET",
    };

    private readonly SolverArguments _solver = new();
    private readonly GuidanceOptions _guidance = new();
    private readonly Option<int?> _batch = new("--batch")
    {
        Description = $"Images at once, in sampling (default {InfoReport.DefaultBatch}) and in training (default: the configuration's).",
        HelpName = "N",
    };

    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "Predict the seconds of another machine, from a file that msf bench --calibrate --out wrote there.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _all = new("--all") { Description = "A table of every preset, in Markdown." };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal InfoCommand(Terminal terminal) : base(
        terminal, "info", "Show a model's stages, parameters, multiply-adds, seconds and memory, beside its single-scale twin.",
        "msf info", "msf info --model msf-xl-256 --steps 250,250 --guidance 1.5,1.5", "msf info --model msf-s-256 --batch 4 --solver heun --guidance-interval 0.1,0.8",
        "msf info --all", "msf info --model runs/tiny/model --json")
    {
        foreach (var option in (Option[])[_model, .. _solver.All, .. _guidance.All, _batch, _precision, _device, _calibration, _all, _json]) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        if (arguments.GetValue(_all))
        {
            if (arguments.GetValue(_json)) throw new UsageException("--all prints a table; --json prints one model: give --model.");
            if (Options.FirstOrDefault(option => option != _all && arguments.GetResult(option) is { Implicit: false }) is { } other)
                throw new UsageException($"--all prints every preset as it is, and {other.Name} is of one model; leave one of them out.");
            foreach (var line in InfoTable.Lines()) Terminal.Out.WriteLine(line);
            return ExitCode.Done;
        }
        var (model, sampling, training, path) = Find(arguments.GetRequiredValue(_model));
        sampling = Settings(sampling, arguments);
        if (arguments.GetValue(_batch) is { } batch)
        {
            if (batch is < 1 or > 1_000_000) throw new UsageException($"--batch is {batch}, expected at least 1 and at most 1,000,000.");
            training = training with { BatchSize = batch, Accumulate = 1 };
        }
        var (precision, calibration) = Calibration(arguments);
        var report = InfoReport.Of(model, sampling, training, arguments.GetValue(_batch) ?? InfoReport.DefaultBatch, precision, calibration, path);
        if (BundledModels.TryFind(arguments.GetRequiredValue(_model)) is { } folder && ModelFolder.ReadManifest(folder).Distillation is { } made)
            report = report with { Distillation = new InfoReport.Student(made.Teacher, made.Windows, [.. made.Guidance.Select(guidance => guidance.Scale)]) };
        if (arguments.GetValue(_json)) Terminal.WriteJson(report, InfoJson.Default.InfoReport);
        else Print(report);
        return ExitCode.Done;
    }

    private SamplingConfig Settings(SamplingConfig sampling, ParseResult arguments)
    {
        var settings = sampling with { Stages = _guidance.Apply(_solver.Apply(sampling.Stages, arguments), arguments) };
        return settings.Validate(settings.Stages.Length) is { Count: > 0 } errors ? throw new UsageException(string.Join("; ", errors)) : settings;
    }

    // A machine's file knows its precision; this machine is asked for one.
    private (ComputePrecision Precision, MachineCalibration? Calibration) Calibration(ParseResult arguments)
    {
        var stated = PrecisionOption.Resolve(arguments.GetRequiredValue(_precision));
        if (arguments.GetValue(_calibration) is { } file)
        {
            var calibration = MachineCalibration.Read(file);
            return stated == ComputePrecision.Auto || stated == calibration.Precision
                ? (calibration.Precision, calibration)
                : throw new UsageException($"--precision is {stated.ToName()}, {file} was measured in {calibration.Precision.ToName()}; give a file of that precision.");
        }
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        var precision = PrecisionSelector.Resolve(stated, device);
        return (precision, MachineCalibration.TryLoad(device, precision));
    }

    // A folder or bundled model wins over a preset of the same name: it is the trained one.
    private static (ModelConfig Model, SamplingConfig Sampling, TrainingConfig Training, PathKind Path) Find(string name)
    {
        if (BundledModels.TryFind(name) is { } folder)
        {
            var manifest = ModelFolder.ReadManifest(folder);
            return (manifest.Model, manifest.Sampling, new TrainingConfig { MaxImages = 1 }, manifest.Diffusion.Path);
        }
        var config = RunConfigReader.Read(name, []);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException(string.Join("; ", errors)) : (config.Model, config.Sampling, config.Training, config.Diffusion.Path);
    }

    private void Print(InfoReport report)
    {
        Terminal.Out.WriteLine(report.Name);
        if (report.Distillation is { } made)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  distilled from {made.Teacher} in {string.Join(" + ", made.Windows)} windows, guidance {string.Join(" + ", made.Guidance)} folded in: one or two steps a window"));
        foreach (var stage in report.Stages)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {stage.Name,-12} {stage.Size,-8} patch {stage.PatchSize}, {stage.Width} wide, {stage.Depth} deep, {stage.Heads} heads{string.Concat(stage.Block.Select(option => $", {option}"))}; {stage.Parameters / 1e6:F2} M parameters, {stage.Tokens} tokens, {stage.MultiplyAddsPerForward / 1e9:F3} G multiply-adds x {stage.Forwards} forwards"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Parameters / 1e6:F2} M parameters{(report.SharedParameters is { } shared ? $", {shared / 1e6:F2} M of them in the trunk that all stages share" : "")}, {report.MultiplyAddsPerImage / 1e9:F2} G multiply-adds an image"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Baseline.Name}: {report.Baseline.MultiplyAddsPerImage / 1e9:F2} G an image, {report.CostRatio:F2} times as much"));
        foreach (var line in report.Sampling.Lines()) Terminal.Out.WriteLine($"  {line}");
        Terminal.Out.WriteLine($"  training memory, {report.TrainingMemory[0].Batch} images at once:");
        foreach (var memory in report.TrainingMemory)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    {memory.Precision}, blocks {(memory.RecomputeBlocks ? "recomputed" : "kept"),-10} {memory.Peak / 1e9,8:F2} GB: networks {memory.Networks / 1e9:F2}, weights {memory.Weights / 1e9:F2}, moments {memory.Moments / 1e9:F2}, averages {memory.Averages / 1e9:F2}, gradients {memory.Gradients / 1e9:F2}, activations {memory.Activations / 1e9:F2}"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"    the copy that checkpoints are written from takes {report.TrainingMemory[0].CheckpointCopy / 1e9:F2} GB more"));
    }
}

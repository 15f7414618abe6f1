using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Models;
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

    private readonly Option<string?> _steps = new("--steps") { Description = "Solver steps per stage, coarse to fine.", HelpName = "40,10" };
    private readonly Option<int?> _batch = new("--batch") { Description = "Images at once, for the memory of training (default: the configuration's).", HelpName = "N" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal InfoCommand(Terminal terminal) : base(
        terminal, "info", "Show a model's stages, parameters, multiply-adds and training memory, beside its single-scale twin.",
        "msf info", "msf info --model msf-xl-256 --steps 250,250", "msf info --model msf-xl-256 --batch 8", "msf info --model runs/tiny/model --json")
    {
        foreach (var option in new Option[] { _model, _steps, _batch, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (model, sampling, training) = Find(arguments.GetRequiredValue(_model));
        if (arguments.GetValue(_steps) is { } text)
        {
            var steps = ListArgument.PerStage<int>(text, model.Stages.Length, "--steps");
            sampling = sampling with { Stages = [.. sampling.Stages.Zip(steps, (stage, n) => stage with { Steps = n })] };
            if (sampling.Validate(model.Stages.Length) is { Count: > 0 } errors) throw new UsageException(string.Join("; ", errors));
        }
        if (arguments.GetValue(_batch) is { } batch)
        {
            if (batch < 1) throw new UsageException($"--batch is {batch}, expected at least 1.");
            training = training with { BatchSize = batch, Accumulate = 1 };
        }
        var report = InfoReport.Of(model, sampling, training);
        if (BundledModels.TryFind(arguments.GetRequiredValue(_model)) is { } folder && ModelFolder.ReadManifest(folder).Distillation is { } made)
            report = report with { Distillation = new InfoReport.Student(made.Teacher, made.Windows, [.. made.Guidance.Select(guidance => guidance.Scale)]) };
        if (arguments.GetValue(_json)) Terminal.WriteJson(report, InfoJson.Default.InfoReport);
        else Print(report);
        return ExitCode.Done;
    }

    // A folder or bundled model wins over a preset of the same name: it is the trained one.
    private static (ModelConfig Model, SamplingConfig Sampling, TrainingConfig Training) Find(string name)
    {
        if (BundledModels.TryFind(name) is { } folder)
        {
            var manifest = ModelFolder.ReadManifest(folder);
            return (manifest.Model, manifest.Sampling, new TrainingConfig { MaxImages = 1 });
        }
        var config = RunConfigReader.Read(name, []);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException(string.Join("; ", errors)) : (config.Model, config.Sampling, config.Training);
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
            CultureInfo.InvariantCulture, $"  {report.Parameters / 1e6:F2} M parameters, {report.MultiplyAddsPerImage / 1e9:F2} G multiply-adds an image"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Baseline.Name}: {report.Baseline.MultiplyAddsPerImage / 1e9:F2} G an image, {report.CostRatio:F2} times as much"));
        Terminal.Out.WriteLine($"  training memory, {report.TrainingMemory[0].Batch} images at once:");
        foreach (var memory in report.TrainingMemory)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    {memory.Precision}, blocks {(memory.RecomputeBlocks ? "recomputed" : "kept"),-10} {memory.Peak / 1e9,8:F2} GB: networks {memory.Networks / 1e9:F2}, weights {memory.Weights / 1e9:F2}, moments {memory.Moments / 1e9:F2}, averages {memory.Averages / 1e9:F2}, gradients {memory.Gradients / 1e9:F2}, activations {memory.Activations / 1e9:F2}"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"    the copy that checkpoints are written from takes {report.TrainingMemory[0].CheckpointCopy / 1e9:F2} GB more"));
    }
}

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
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal InfoCommand(Terminal terminal) : base(
        terminal, "info", "Show a model's stages, parameters and multiply-adds, beside its single-scale twin.",
        "msf info", "msf info --model msf-xl-256 --steps 250,250", "msf info --model runs/tiny/model --json")
    {
        foreach (var option in new Option[] { _model, _steps, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (model, sampling) = Find(arguments.GetRequiredValue(_model));
        if (arguments.GetValue(_steps) is { } text)
        {
            var steps = ListArgument.PerStage<int>(text, model.Stages.Length, "--steps");
            sampling = sampling with { Stages = [.. sampling.Stages.Zip(steps, (stage, n) => stage with { Steps = n })] };
            if (sampling.Validate(model.Stages.Length) is { Count: > 0 } errors) throw new UsageException(string.Join("; ", errors));
        }
        var report = InfoReport.Of(model, sampling);
        if (arguments.GetValue(_json)) Terminal.WriteJson(report, InfoJson.Default.InfoReport);
        else Print(report);
        return ExitCode.Done;
    }

    // A folder or bundled model wins over a preset of the same name: it is the trained one.
    private static (ModelConfig Model, SamplingConfig Sampling) Find(string name)
    {
        if (BundledModels.TryFind(name) is { } folder)
        {
            var manifest = ModelFolder.ReadManifest(folder);
            return (manifest.Model, manifest.Sampling);
        }
        var config = RunConfigReader.Read(name, []);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException(string.Join("; ", errors)) : (config.Model, config.Sampling);
    }

    private void Print(InfoReport report)
    {
        Terminal.Out.WriteLine(report.Name);
        foreach (var stage in report.Stages)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {stage.Name,-12} {stage.Size,-8} patch {stage.PatchSize}, {stage.Width} wide, {stage.Depth} deep, {stage.Heads} heads; {stage.Parameters / 1e6:F2} M parameters, {stage.Tokens} tokens, {stage.MultiplyAddsPerForward / 1e9:F3} G multiply-adds x {stage.Forwards} forwards"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Parameters / 1e6:F2} M parameters, {report.MultiplyAddsPerImage / 1e9:F2} G multiply-adds an image"));
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Baseline.Name}: {report.Baseline.MultiplyAddsPerImage / 1e9:F2} G an image, {report.CostRatio:F2} times as much"));
    }
}

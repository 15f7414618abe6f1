using System.CommandLine;
using System.Text.Json;
using Msf.Data;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf train</c>: trains all stages of a configuration in one run.</summary>
internal sealed class TrainCommand : MsfCommand
{
    private readonly Option<string?> _config = new("--config") { Description = "Preset or JSON file; with --resume the run's own when left out.", HelpName = "FILE|PRESET" };
    private readonly Option<string?> _data = new("--data") { Description = "Image source, instead of the configuration's.", HelpName = "SOURCE" };
    private readonly Option<string?> _out = new("--out") { Description = "Run folder (default runs/NAME).", HelpName = "RUN" };
    private readonly Option<string[]> _set = new("--set") { Description = "Set a member of the configuration; may be repeated.", HelpName = "key=value" };
    private readonly Option<long?> _maxImages = new("--max-images") { Description = "Length of the run in images.", HelpName = "N" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on exactly where the run stopped." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the resolved configuration and its cost; train nothing." };
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal TrainCommand(Terminal terminal) : base(
        terminal, "train", "Train a factorized model, or with one level its single-scale twin.",
        "msf train --config tiny --out runs/tiny",
        "msf train --config noto-emoji --data ~/data/noto-emoji-64 --out runs/emoji",
        "msf train --resume --out runs/tiny --set training.maxImages=8192",
        "msf train --config noto-emoji --dry-run")
    {
        foreach (var option in new Option[] { _config, _data, _out, _set, _maxImages, _resume, _dryRun, _device, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var preset = ConfigOf(arguments);
        var config = Resolve(preset, arguments);
        if (config.Validate() is { Count: > 0 } errors) throw new InvalidDataException(string.Join("; ", errors));
        if (arguments.GetValue(_dryRun)) return PrintPlan(config);

        var path = arguments.GetValue(_out) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(preset));
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        if (config.Data.Source is not { } source) throw new UsageException("this configuration names no images; give --data SOURCE.");
        using var images = ImageSources.Open(source, config.Data.Classes);
        using var trainer = TrainingRun.Open(config, path, images, device, arguments.GetValue(_resume), line => Terminal.Error.WriteLine($"msf: {line}"));
        Terminal.Error.WriteLine(
            $"training {config.Model.Name} on {images.Count:N0} images in {images.Classes.Count} classes, {trainer.Precision}, from image {trainer.Images:N0} to {config.Training.MaxImages:N0}; Ctrl+C saves and stops");
        using var progress = new TrainingProgressLine(Terminal.Error);
        using var told = cancellation.Register(() => Terminal.Error.WriteLine("msf: finishing this step and saving; once more stops at once."));
        var result = trainer.Train(progress, cancellation);
        progress.Finish();
        if (arguments.GetValue(_json))
            Terminal.WriteJson(new TrainReport(result.Run, result.Images, Math.Round(result.Seconds, 1), result.Checkpoint, result.Model), TrainJson.Default.TrainReport);
        else
            Terminal.Out.WriteLine(result.Completed
                ? $"trained {result.Images:N0} images in {result.Seconds:F0} s; model in {result.Model}"
                : $"stopped at {result.Images:N0} images, saved in {result.Checkpoint}; go on with: msf train --resume --out {result.Run}");
        return ExitCode.Done;
    }

    private string ConfigOf(ParseResult arguments)
    {
        if (arguments.GetValue(_config) is { } given) return given;
        if (!arguments.GetValue(_resume) || arguments.GetValue(_out) is not { } path)
            throw new UsageException("what to train? Give --config FILE|PRESET, or --resume --out RUN to go on with a run.");
        var own = new RunFolder(path).Config;
        return File.Exists(own) ? own : throw new UsageException($"there is no {own} to go on with; give --config FILE|PRESET.");
    }

    private RunConfig Resolve(string preset, ParseResult arguments)
    {
        var config = RunConfigReader.Read(preset, arguments.GetValue(_set) ?? []);
        if (arguments.GetValue(_data) is { } data) config = config with { Data = config.Data with { Source = data } };
        if (arguments.GetValue(_maxImages) is { } images) config = config with { Training = config.Training with { MaxImages = images } };
        return config;
    }

    private int PrintPlan(RunConfig config)
    {
        Terminal.Out.WriteLine(JsonSerializer.Serialize(config, JsonFormat.Indented));
        var shares = new ComputeShares(config.Model, config.Training);
        var images = shares.ImagesPerStage(config.Training.MaxImages);
        for (var stage = 0; stage < images.Length; stage++)
        {
            var cost = TransformerCost.Of(config.Model.Transformer(stage));
            Terminal.Error.WriteLine(
                $"stage {stage}: {cost.Parameters / 1e6:F2} M parameters, {cost.Tokens} tokens, {cost.MultiplyAdds / 1e9:F3} G multiply-adds a forward, {images[stage]:N0} images");
        }
        Terminal.Error.WriteLine($"training: {shares.TrainingMultiplyAdds(images) / 1e12:F1} T multiply-adds");
        return ExitCode.Done;
    }
}

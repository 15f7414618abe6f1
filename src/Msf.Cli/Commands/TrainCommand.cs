using System.CommandLine;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf train</c>: trains all stages of a configuration in one run, or an autoencoder, or a classifier.</summary>
internal sealed class TrainCommand : MsfCommand
{
    private readonly Option<string?> _config = new("--config") { Description = "Preset or JSON file; with --resume the run's own when left out.", HelpName = "FILE|PRESET" };
    private readonly Option<string?> _data = new("--data") { Description = "Image source or latent cache, instead of the configuration's.", HelpName = "SOURCE" };
    private readonly Option<string?> _out = new("--out") { Description = "Run folder (default runs/NAME).", HelpName = "RUN" };
    private readonly Option<string[]> _set = new("--set") { Description = "Set a member of the configuration; may be repeated.", HelpName = "key=value" };
    private readonly Option<long?> _maxImages = new("--max-images") { Description = "Length of the run in images.", HelpName = "N" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on exactly where the run stopped." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the resolved configuration and its cost; train nothing." };
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal TrainCommand(Terminal terminal) : base(
        terminal, "train", "Train a factorized model, or with one level its single-scale twin; or an autoencoder; or a classifier that judges samples.",
        "msf train --config tiny --out runs/tiny",
        "msf train --config noto-emoji --data ~/data/noto-emoji-64 --out runs/emoji",
        "msf train --resume --out runs/tiny --set training.maxImages=8192",
        "msf train --config noto-emoji --dry-run",
        "msf train --config autoencoder-tiny --out runs/autoencoder",
        "msf train --config classifier-tiny --out runs/classifier")
    {
        foreach (var option in new Option[] { _config, _data, _out, _set, _maxImages, _resume, _dryRun, _device, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var preset = ConfigOf(arguments);
        var session = TrainingSession.Read(preset, arguments.GetValue(_set) ?? [], arguments.GetValue(_data), arguments.GetValue(_maxImages));
        var path = arguments.GetValue(_out) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(preset));
        return session.Run(
            path, new TrainingSession.Options(arguments.GetRequiredValue(_device), arguments.GetValue(_resume), arguments.GetValue(_dryRun), arguments.GetValue(_json)),
            "this configuration names no images; give --data SOURCE.",
            result => $"trained {result.Images:N0} images in {result.Seconds:F0} s; {Path.GetFileName(result.Model)} in {result.Model}", "msf train", Terminal, cancellation);
    }

    private string ConfigOf(ParseResult arguments)
    {
        if (arguments.GetValue(_config) is { } given) return given;
        if (!arguments.GetValue(_resume) || arguments.GetValue(_out) is not { } path)
            throw new UsageException("what to train? Give --config FILE|PRESET, or --resume --out RUN to go on with a run.");
        var own = new RunFolder(path).Config;
        return File.Exists(own) ? own : throw new UsageException($"there is no {own} to go on with; give --config FILE|PRESET.");
    }
}

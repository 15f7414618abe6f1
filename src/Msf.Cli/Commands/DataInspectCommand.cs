using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf data inspect</c>: says what an image set holds and which of its images are broken.</summary>
internal sealed class DataInspectCommand : MsfCommand
{
    private readonly Argument<string> _source = new("source")
    {
        Description = $"{char.ToUpperInvariant(DataSets.Accepted[0])}{DataSets.Accepted[1..]}. What is not found here is looked for in MSF_DATA.",
    };

    private readonly Option<bool> _json = JsonOption();

    private readonly Option<string?> _sheet = new("--sheet")
    {
        Description = "Also write a PNG sheet with ten images of each class, one row per class.",
        HelpName = "file.png",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "With --sheet: show ten images, each as it is and as training with this preset or JSON file will see it.",
        HelpName = "FILE|PRESET",
    };

    private readonly Option<string[]> _set = new("--set") { Description = "Set a member of that configuration; may be repeated.", HelpName = "key=value" };

    /// <param name="terminal">Where it writes.</param>
    internal DataInspectCommand(Terminal terminal) : base(
        terminal, "inspect", "Decode every image of a set; print classes, sizes and broken images (which do not make the command fail).",
        "msf data inspect synthetic:shapes", "msf data inspect cifar10/train --json", "msf data inspect cifar10/train --sheet sheet.png",
        "msf data inspect synthetic:shapes --config tiny --set data.augmentation.colorJitter.hue=0.1 --sheet sheet.png")
    {
        Arguments.Add(_source);
        foreach (var option in new Option[] { _json, _sheet, _config, _set }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var sheet = arguments.GetValue(_sheet);
        if (sheet is not null && !sheet.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--sheet writes PNG: '{sheet}' does not end in .png.");
        var config = ReadConfig(arguments, sheet);
        using var source = DataSets.Open(arguments.GetRequiredValue(_source));
        if (config is not null && source is LatentCache) throw new UsageException("--config shows how training changes images, and a latent cache holds none; leave it out.");
        var progress = new InspectionProgress(Terminal.Error, source.Count);
        var report = source is LatentCache latents
            ? LatentInspection.Inspect(latents, progress, cancellation)
            : DataInspection.Inspect((IImageSource)source, progress, cancellation);
        if (arguments.GetValue(_json)) Terminal.WriteJson(report, InspectionJson.Default.InspectionReport);
        else WriteText(report);
        if (sheet is null) return ExitCode.Done;
        PngFile.Write(sheet, Sheet(source, config));
        Terminal.Error.WriteLine($"sheet written to {sheet}");
        return ExitCode.Done;
    }

    private static RgbImage Sheet(ILabeledSet source, RunConfig? config)
    {
        if (source is IImageSource images)
            return config is null ? ContactSheet.Make(images) : AugmentationSheet.Make(images, config.Model.Size[0], config.Data.Loader(config.Training.Seed));
        var cache = (LatentCache)source;
        using var autoencoder = AutoencoderFolder.Load(cache.Autoencoder);
        using var decoded = new DecodedLatents(cache, autoencoder);
        return ContactSheet.Make(decoded, imageSize: cache.Index.Plan.ImageSize);
    }

    private RunConfig? ReadConfig(ParseResult arguments, string? sheet)
    {
        var assignments = arguments.GetValue(_set) ?? [];
        if (arguments.GetValue(_config) is not { } name)
            return assignments.Length == 0 ? null : throw new UsageException("--set changes a configuration; give --config FILE|PRESET.");
        if (sheet is null) throw new UsageException("--config decides what the sheet shows; give --sheet file.png.");
        var config = RunConfigReader.Read(name, assignments);
        if (config.Model.Channels != 3 || config.Data.Autoencoder is not null)
            throw new UsageException($"{name} trains on latents of {config.Model.Channels} channels, and the sheet shows images at the size that a model of pixels sees; leave out --config.");
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException(string.Join("; ", errors)) : config;
    }

    private void WriteText(InspectionReport report)
    {
        void Line(string name, string value) => Terminal.Out.WriteLine($"{name,-8}{value}");
        Line("source", report.Source);
        Line("images", string.Create(CultureInfo.InvariantCulture, $"{report.Count} in {report.Classes.Count} classes"));
        if (report.Latents is { } latents)
            Line("latents", string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(" x ", latents.Shape)} of {latents.Autoencoder} ({latents.Identity[..12]}){(latents.Distribution ? ", distributions" : "")}{(latents.Flips ? ", mirrored too" : "")}, {latents.Shards} shards; mean {latents.Mean:F3}, deviation {latents.StandardDeviation:F3}"));
        Line("width", Text(report.Width));
        Line("height", Text(report.Height));
        foreach (var known in report.Classes) Line("class", string.Create(CultureInfo.InvariantCulture, $"{known.Count,8}  {known.Name}"));
        foreach (var broken in report.Broken) Line("broken", $"{broken.Name}: {broken.Why}");
        if (report.Broken.Count == 0) Line("broken", "none");
    }

    private static string Text(SizeRange? range) => range switch
    {
        null => "unknown: no image can be read",
        { Least: var least, Most: var most } when least == most => string.Create(CultureInfo.InvariantCulture, $"{least}"),
        { Least: var least, Most: var most } => string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
    };
}

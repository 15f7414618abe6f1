using System.CommandLine;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary><c>msf data prepare</c>: converts an image set to class folders, WebDataset shards or parquet.</summary>
internal sealed class DataPrepareCommand : MsfCommand
{
    private const int Named = 10;

    private readonly Argument<string> _source = new("source") { Description = $"{char.ToUpperInvariant(ImageSources.Accepted[0])}{ImageSources.Accepted[1..]}." };
    private readonly Option<string> _out = new("--out") { Description = "A folder for class folders, x.tar for WebDataset, x.parquet for parquet.", Required = true, HelpName = "DIR|x.tar|x.parquet" };
    private readonly Option<int?> _size = new("--size") { Description = "Fit images to N x N as training does; without, image files are passed on as they are.", HelpName = "N" };
    private readonly Option<string> _format = new("--format") { Description = "How new images are encoded, without loss.", DefaultValueFactory = _ => "png" };
    private readonly Option<int> _shards = new("--shards") { Description = "Number of .tar or .parquet files.", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal DataPrepareCommand(Terminal terminal) : base(
        terminal, "prepare", "Convert an image set. Interrupted, it goes on where it was; broken images are left out and named.",
        "msf data prepare synthetic:shapes --out shapes --format webp", "msf data prepare photos --out photos-64.tar --size 64 --shards 8", "msf data prepare cifar10/train --out cifar10.parquet")
    {
        _format.AcceptOnlyFromAmong("png", "webp");
        Arguments.Add(_source);
        foreach (var option in new Option[] { _out, _size, _format, _shards, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => true;

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.GetRequiredValue(_out);
        var options = new PreparationOptions
        {
            Format = FormatOf(output),
            Size = arguments.GetValue(_size),
            Encoding = arguments.GetValue(_format) == "webp" ? PreparedEncoding.WebP : PreparedEncoding.Png,
            Shards = arguments.GetValue(_shards),
        };
        if (options.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        using var source = ImageSources.Open(arguments.GetRequiredValue(_source));
        var result = DataPreparation.Run(source, output, options, new InspectionProgress(Terminal.Error, source.Count), cancellation);
        foreach (var broken in result.Broken.Take(Named)) Terminal.Error.WriteLine($"msf: left out {broken.Name}: {broken.Why}");
        if (result.Broken.Count > Named) Terminal.Error.WriteLine($"msf: left out {result.Broken.Count - Named} more; --json lists all");
        if (arguments.GetValue(_json))
            Terminal.WriteJson(new PrepareReport(source.Name, result.Images, result.Broken, result.Files), PrepareJson.Default.PrepareReport);
        else
            Terminal.Out.WriteLine($"{result.Images} images in {(result.Files.Count == 1 ? result.Files[0] : $"{result.Files.Count} files, {result.Files[0]} the first")}");
        return ExitCode.Done;
    }

    private static PreparedFormat FormatOf(string output) => Path.GetExtension(output).ToLowerInvariant() switch
    {
        "" => PreparedFormat.ClassFolders,
        ".tar" => PreparedFormat.WebDataset,
        ".parquet" => PreparedFormat.Parquet,
        var other => throw new UsageException($"--out ends in {other}; expected .tar, .parquet, or a folder's name without an extension."),
    };
}

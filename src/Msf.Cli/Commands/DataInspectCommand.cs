using System.CommandLine;
using System.Globalization;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary><c>msf data inspect</c>: says what an image set holds and which of its images are broken.</summary>
internal sealed class DataInspectCommand : MsfCommand
{
    private readonly Argument<string> _source = new("source")
    {
        Description = $"{char.ToUpperInvariant(ImageSources.Accepted[0])}{ImageSources.Accepted[1..]}. What is not found here is looked for in MSF_DATA.",
    };

    private readonly Option<bool> _json = JsonOption();

    private readonly Option<string?> _sheet = new("--sheet")
    {
        Description = "Also write a PNG sheet with ten images of each class, one row per class.",
        HelpName = "file.png",
    };

    /// <param name="terminal">Where it writes.</param>
    internal DataInspectCommand(Terminal terminal) : base(
        terminal, "inspect", "Decode every image of a set; print classes, sizes and broken images (which do not make the command fail).",
        "msf data inspect synthetic:shapes", "msf data inspect cifar10/train --json", "msf data inspect cifar10/train --sheet sheet.png")
    {
        Arguments.Add(_source);
        Options.Add(_json);
        Options.Add(_sheet);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var sheet = arguments.GetValue(_sheet);
        if (sheet is not null && !sheet.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--sheet writes PNG: '{sheet}' does not end in .png.");
        using var source = ImageSources.Open(arguments.GetRequiredValue(_source));
        var report = DataInspection.Inspect(source, new InspectionProgress(Terminal.Error, source.Count), cancellation);
        if (arguments.GetValue(_json)) Terminal.WriteJson(report, InspectionJson.Default.InspectionReport);
        else WriteText(report);
        if (sheet is null) return ExitCode.Done;
        PngFile.Write(sheet, ContactSheet.Make(source));
        Terminal.Error.WriteLine($"sheet written to {sheet}");
        return ExitCode.Done;
    }

    private void WriteText(InspectionReport report)
    {
        void Line(string name, string value) => Terminal.Out.WriteLine($"{name,-8}{value}");
        Line("source", report.Source);
        Line("images", string.Create(CultureInfo.InvariantCulture, $"{report.Count} in {report.Classes.Count} classes"));
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

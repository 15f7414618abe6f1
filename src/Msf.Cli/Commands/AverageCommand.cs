using System.CommandLine;
using System.Globalization;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf average</c>: chooses the width of the averaged weights after training.</summary>
internal sealed class AverageCommand : MsfCommand
{
    private readonly Option<string> _run = new("--run") { Description = "Run folder, trained with training.postHocEma.", Required = true, HelpName = "RUN" };

    private readonly Option<string> _width = new("--width")
    {
        Description = "Relative width of the average, its standard deviation over the length of training; one per stage or one for all.",
        Required = true,
        HelpName = "0.07|0.05,0.1",
    };

    private readonly Option<long?> _at = new("--at") { Description = "Images at which the average ends, those of a snapshot (default the newest).", HelpName = "IMAGES" };
    private readonly Option<string> _out = new("--out") { Description = "Model folder to write.", Required = true, HelpName = "MODEL" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal AverageCommand(Terminal terminal) : base(
        terminal, "average", "Build a model whose averaged weights have another width, from a run's snapshots (Karras et al. 2024).",
        "msf average --run runs/tiny --width 0.07 --out runs/tiny/model-0.07",
        "msf average --run runs/tiny --width 0.05,0.15 --at 4096 --out wide")
    {
        foreach (var option in new Option[] { _run, _width, _at, _out, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var widths = ListArgument.Parse<double>(arguments.GetRequiredValue(_width), "--width");
        var result = PostHocAverage.Write(
            new RunFolder(arguments.GetRequiredValue(_run)), widths, arguments.GetValue(_at), arguments.GetRequiredValue(_out));
        if (arguments.GetValue(_json))
        {
            Terminal.WriteJson(new AverageReport(result.Model, result.Images, widths, result.Snapshots, result.ProfileErrors), AverageJson.Default.AverageReport);
            return ExitCode.Done;
        }
        var errors = string.Join(", ", result.ProfileErrors.Select(error => error.ToString("P2", CultureInfo.InvariantCulture)));
        Terminal.Out.WriteLine(
            $"averaged up to {result.Images:N0} images from {result.Snapshots} snapshots; profiles differ by {errors}; model in {result.Model}");
        return ExitCode.Done;
    }
}

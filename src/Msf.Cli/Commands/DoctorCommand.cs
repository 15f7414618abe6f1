using System.CommandLine;

namespace Msf.Cli.Commands;

/// <summary><c>msf doctor</c>: says what this machine offers, what is wrong and what to do.</summary>
internal sealed class DoctorCommand : MsfCommand
{
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal DoctorCommand(Terminal terminal) : base(
        terminal, "doctor", "Check libtorch, precision, threads, devices and disk; say what is wrong and what to do.",
        "msf doctor", "msf doctor --json", "MSF_LIBTORCH=/path/to/torch/lib msf doctor") => Options.Add(_json);

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var report = Examination.Run();
        if (arguments.GetValue(_json))
            Terminal.WriteJson(report, DoctorJson.Default.DoctorReport);
        else
            WriteText(report);
        return report.Ok ? ExitCode.Done : ExitCode.Failed;
    }

    private void WriteText(DoctorReport report)
    {
        void Line(string name, string value) => Terminal.Out.WriteLine($"{name,-14}{value}");
        if (report.Libtorch is { } libtorch)
        {
            Line("libtorch", $"{libtorch.Version} in {libtorch.Path}");
            Line("compatibility", libtorch.Compatibility);
        }
        else
        {
            Line("libtorch", "not loaded");
        }
        Line("precision", report.Precision ?? "unknown");
        Line("fp32 products", report.Float32Product ?? "unknown");
        Line("threads", report.Threads?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown");
        Line("devices", report.Devices.Count > 0 ? string.Join(", ", report.Devices) : "none");
        var free = report.Disk.FreeBytes is { } bytes ? $"{bytes / 1e9:F1} GB free" : "free space unknown";
        Line("cache", $"{report.Disk.Cache} ({free}{(report.Disk.Writable ? "" : "; not writable, so nothing is kept between runs")})");
        foreach (var problem in report.Problems) Line("problem", $"{problem.What}: {problem.Do}.");
        if (report.Ok) Terminal.Out.WriteLine("all well");
    }
}

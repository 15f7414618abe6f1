using System.CommandLine;

namespace Msf.Cli.Commands;

/// <summary><c>msf data</c>: the commands about image sets.</summary>
internal sealed class DataCommand : MsfCommand
{
    /// <param name="terminal">Where they write.</param>
    internal DataCommand(Terminal terminal) : base(
        terminal, "data", "Commands about image sets.", "msf data inspect synthetic:shapes")
    {
        foreach (var command in new Command[] { new DataInspectCommand(terminal), new DataDownloadCommand(terminal), new DataPrepareCommand(terminal) }) Subcommands.Add(command);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation) =>
        throw new UsageException($"'data' needs one of: {string.Join(", ", Subcommands.Select(c => c.Name))}. See: msf data --help");
}

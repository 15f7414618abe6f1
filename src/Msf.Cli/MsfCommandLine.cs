using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Msf.Cli.Commands;

namespace Msf.Cli;

/// <summary>The command line as a whole: which commands there are, and what happens to what they throw.</summary>
internal static class MsfCommandLine
{
    /// <summary>Set to 1, this environment variable prints where an unexpected error came from.</summary>
    internal const string TraceVariable = "MSF_TRACE";

    /// <summary>Examples for the help of <c>msf</c> itself.</summary>
    internal static IReadOnlyList<string> Examples { get; } = ["msf sample --out grid.png", "msf train --config tiny --out runs/tiny", "msf doctor"];

    /// <summary>Builds the command line.</summary>
    /// <param name="terminal">Where every command writes.</param>
    internal static Command Create(Terminal terminal)
    {
        var help = new HelpOption();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return new Command("msf", "Train, sample and inspect multi-scale factorized diffusion models.") // RootCommand takes the file's name
        {
            help,
            new VersionOption(),
            new SampleCommand(terminal),
            new TrainCommand(terminal),
            new EncodeCommand(terminal),
            new AverageCommand(terminal),
            new DistillCommand(terminal),
            new ImportCommand(terminal),
            new DataCommand(terminal),
            new EvaluateCommand(terminal),
            new ServeCommand(terminal),
            new TuneCommand(terminal),
            new CompareCommand(terminal),
            new InfoCommand(terminal),
            new BenchCommand(terminal),
            new DoctorCommand(terminal),
        };
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The words after <c>msf</c>.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellation">Stops the command; <see cref="StopSignals"/> sets it on Ctrl+C.</param>
    /// <returns>A member of <see cref="ExitCode"/>.</returns>
    internal static Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellation = default) =>
        RunAsync(Create(terminal), arguments, terminal, cancellation);

    /// <summary>Runs one command line on a given set of commands.</summary>
    internal static async Task<int> RunAsync(Command root, string[] arguments, Terminal terminal, CancellationToken cancellation)
    {
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
        {
            var fault = parsed.UnmatchedTokens is [var first, ..] ? $"'{first}' is not known here." : parsed.Errors[0].Message;
            terminal.WriteError($"{fault} See: {FullName(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,                                             // StopSignals gives a checkpoint the time it takes
            };
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (Exception e)
        {
            var trace = Environment.GetEnvironmentVariable(TraceVariable) == "1";
            terminal.WriteError($"unexpected {e.GetType().Name}: {e.Message}{(trace ? "" : $" ({TraceVariable}=1 shows where; please report it)")}");
            if (trace) await terminal.Error.WriteLineAsync(e.ToString());
            return ExitCode.Failed;
        }
    }

    private static string FullName(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{FullName(parent)} {command.Command.Name}" : command.Command.Name;
}

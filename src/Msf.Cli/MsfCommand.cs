using System.CommandLine;
using System.Runtime.InteropServices;
using Msf.Runtime;

namespace Msf.Cli;

/// <summary>One command of <c>msf</c>: a derived class adds its options in the constructor and does the work in <see cref="Run"/>.</summary>
internal abstract class MsfCommand : Command
{
    /// <param name="terminal">Where it writes.</param>
    /// <param name="name">The word on the command line.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="examples">Whole command lines that work as they stand, for <c>--help</c>.</param>
    protected MsfCommand(Terminal terminal, string name, string description, params string[] examples) : base(name, description)
    {
        (Terminal, Examples) = (terminal, examples);
        SetAction(RunSafely);
    }

    /// <summary>Whole command lines that work as they stand.</summary>
    internal IReadOnlyList<string> Examples { get; }

    /// <summary>Where the command writes.</summary>
    protected Terminal Terminal { get; }

    /// <summary>An option <c>--json</c>, for a command that prints facts.</summary>
    protected static Option<bool> JsonOption() =>
        new("--json") { Description = "Print one JSON object on standard output and nothing else there." };

    /// <summary>What was typed, as a line that a shell takes: whatever it might read in another way is quoted.</summary>
    /// <param name="arguments">What the user typed.</param>
    protected static string CommandOf(ParseResult arguments) => $"msf {string.Join(' ', arguments.Tokens.Select(token => Quoted(token.Value)))}";

    /// <summary>Does the work, on one thread from start to end as tensor code requires.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="cancellation">Set by Ctrl+C and SIGTERM.</param>
    /// <returns>A member of <see cref="ExitCode"/>.</returns>
    protected abstract int Run(ParseResult arguments, CancellationToken cancellation);

    /// <summary>Whether the same command goes on from what it has done when it is stopped.</summary>
    /// <param name="arguments">What the user typed.</param>
    protected virtual bool GoesOn(ParseResult arguments) => false;

    // A thread of its own leaves the main thread free to see Ctrl+C.
    private Task<int> RunSafely(ParseResult arguments, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return Run(arguments, cancellation);
            }
            catch (OperationCanceledException)
            {
                Terminal.WriteError(GoesOn(arguments) ? "stopped; the same command goes on from here." : "stopped.");
                return ExitCode.Failed;
            }
            catch (Exception e) when (Explain(e) is { } explained)
            {
                Terminal.WriteError(explained.Message);
                return explained.Code;
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static string Quoted(string word) => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "_./:=,@%+-".Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // Null for what can only be a fault of the program; that one is reported by MsfCommandLine.
    private static (string Message, int Code)? Explain(Exception e) => e switch
    {
        UsageException => (e.Message, ExitCode.Usage),
        ArgumentException { ParamName: { } name } => (e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal), ExitCode.Failed),
        LibtorchNotFoundException or HttpRequestException or InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException
            => (e.Message, ExitCode.Failed),
        ExternalException => ($"libtorch reports: {e.Message.Split('\n')[0]}", ExitCode.Failed),
        OutOfMemoryException => ("not enough memory: take a smaller batch or a smaller model.", ExitCode.Failed),
        _ => null,
    };
}

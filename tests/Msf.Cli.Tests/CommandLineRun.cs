using System.CommandLine;

namespace Msf.Cli.Tests;

/// <summary>Runs a command line inside the test process and keeps what it wrote.</summary>
internal sealed record CommandLineRun(int Code, string Out, string Error)
{
    internal static Task<CommandLineRun> Of(params string[] arguments) => Of(null, TestContext.Current.CancellationToken, arguments);

    /// <summary>Runs with one more command than <c>msf</c> has.</summary>
    internal static async Task<CommandLineRun> Of(Func<Terminal, Command>? more, CancellationToken cancellation, params string[] arguments)
    {
        var terminal = new Terminal(new StringWriter(), new StringWriter());
        var root = MsfCommandLine.Create(terminal);
        if (more is not null) root.Subcommands.Add(more(terminal));
        var code = await MsfCommandLine.RunAsync(root, arguments, terminal, cancellation);
        return new CommandLineRun(code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }
}

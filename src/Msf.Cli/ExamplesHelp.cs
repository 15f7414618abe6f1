using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Msf.Cli;

/// <summary>Prints the usual help of a command and its examples after it.</summary>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command is MsfCommand command ? command.Examples : MsfCommandLine.Examples;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {example}");
        return code;
    }
}

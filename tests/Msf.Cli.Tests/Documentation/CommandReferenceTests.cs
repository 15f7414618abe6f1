using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Msf.Cli.Tests.Documentation;

/// <summary><c>docs/commands.md</c> is what the program says of its commands.</summary>
public sealed class CommandReferenceTests
{
    [Fact]
    public void The_reference_of_the_commands_is_what_the_program_says() => Checkout.RequireGenerated("docs/commands.md", Write());

    private static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Commands\n\nEvery command, option and default, as the program tells them (`msf COMMAND --help`); this page is generated from it.\n");
        page.Append("Exit codes: 0 done, 1 failed, 2 wrong command line. Progress and messages are on standard error; `--json` prints one object on standard output.\n");
        Add(page, MsfCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null)), "");
        return page.ToString();
    }

    private static void Add(StringBuilder page, Command command, string parents)
    {
        var name = $"{parents} {command.Name}".Trim();
        if (parents.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n{command.Description}\n");
            if (command.Arguments.Count > 0 || command.Options.Any(option => !option.Hidden))
            {
                page.Append("\n| option | what |\n|---|---|\n");
                foreach (var argument in command.Arguments) page.Append(CultureInfo.InvariantCulture, $"| `{Code(argument.HelpName ?? argument.Name)}` | {Cell(argument.Description)} |\n");
                foreach (var option in command.Options.Where(option => !option.Hidden)) page.Append(CultureInfo.InvariantCulture, $"| `{Code(Spelling(option))}` | {Cell(option.Description)}{Default(option)} |\n");
            }
            if (command is MsfCommand { Examples.Count: > 0 } examples) page.Append(CultureInfo.InvariantCulture, $"\n```bash\n{string.Join('\n', examples.Examples)}\n```\n");
        }
        foreach (var child in command.Subcommands) Add(page, child, name);
    }

    private static string Spelling(Option option) => option.ValueType == typeof(bool) ? option.Name : $"{option.Name} {option.HelpName ?? "VALUE"}";

    private static string Default(Option option)
    {
        if (option.Required) return " Required.";
        if (!option.HasDefaultValue || option.ValueType == typeof(bool)) return "";
        return option.GetDefaultValue() switch
        {
            null or "" => "",
            System.Collections.IEnumerable list and not string => list.Cast<object>().Any() ? $" Default `{string.Join(",", list.Cast<object>())}`." : "",
            var value => string.Create(CultureInfo.InvariantCulture, $" Default `{value}`."),
        };
    }

    // A bar ends a cell, even within code.
    private static string Code(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Cell(string? text) => Code(text ?? "").Replace("<", "&lt;", StringComparison.Ordinal);
}

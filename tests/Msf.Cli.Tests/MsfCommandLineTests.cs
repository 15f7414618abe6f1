using System.CommandLine;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Cli.Tests;

public sealed class MsfCommandLineTests
{
    public static TheoryData<string> Commands => [.. MsfCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null)).Subcommands.Select(c => c.Name)];

    public static TheoryData<Exception, int, string> Expected => new()
    {
        { new UsageException("two levels need two step counts."), ExitCode.Usage, "msf: two levels need two step counts." },
        { new InvalidDataException("the file is torn."), ExitCode.Failed, "msf: the file is torn." },
        { new FileNotFoundException("there is no model.json."), ExitCode.Failed, "msf: there is no model.json." },
        { new UnauthorizedAccessException("no."), ExitCode.Failed, "msf: no." },
        { new ArgumentException("expected 3."), ExitCode.Failed, "msf: expected 3." },
        { new LibtorchNotFoundException("no libtorch", "get one"), ExitCode.Failed, "msf: no libtorch: get one." },
        { new OperationCanceledException(), ExitCode.Failed, "msf: stopped." },
        { new InvalidDataException("first\nsecond"), ExitCode.Failed, "msf: first second" },
    };

    private sealed class Throwing(Terminal terminal, Exception e) : MsfCommand(terminal, "throw", "Throws.")
    {
        protected override int Run(ParseResult arguments, CancellationToken cancellation) => throw e;
    }

    private sealed class Mismatching(Terminal terminal) : MsfCommand(terminal, "mismatch", "Multiplies what does not fit.")
    {
        protected override int Run(ParseResult arguments, CancellationToken cancellation)
        {
            Libtorch.Initialize();
            using var scope = NewDisposeScope();
            return (int)nn.functional.linear(ones(2, 3), ones(2, 4)).numel();
        }
    }

    private sealed class Waiting(Terminal terminal) : MsfCommand(terminal, "wait", "Waits.")
    {
        protected override int Run(ParseResult arguments, CancellationToken cancellation)
        {
            cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            cancellation.ThrowIfCancellationRequested();
            return ExitCode.Done;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_of_every_command_has_an_example_that_begins_with_it(string command)
    {
        var run = await CommandLineRun.Of(command, "--help");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains($"msf {command}", run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Help_of_msf_lists_every_command_and_an_example()
    {
        var run = await CommandLineRun.Of("--help");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.All(Commands, row => Assert.Contains(row.Data, run.Out, StringComparison.Ordinal));
        Assert.Contains("Examples:", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_in_the_help_are_command_lines_that_parse()
    {
        var root = MsfCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null));
        foreach (var example in root.Subcommands.Cast<MsfCommand>().SelectMany(c => c.Examples).Concat(MsfCommandLine.Examples))
        {
            var words = example[(example.IndexOf("msf ", StringComparison.Ordinal) + 4)..];
            Assert.True(root.Parse(words).Errors.Count == 0, example);
        }
    }

    [Theory]
    [InlineData("doctor --jsno", "--jsno", "msf doctor --help")]
    [InlineData("paint", "paint", "msf --help")]
    [InlineData("", "command", "msf --help")]
    public async Task A_wrong_command_line_is_answered_with_one_line_and_code_2(string line, string names, string advice)
    {
        var run = await CommandLineRun.Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Empty(run.Out);
        Assert.Contains(names, run.Error, StringComparison.Ordinal);
        Assert.Contains(advice, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [MemberData(nameof(Expected), DisableDiscoveryEnumeration = true)]
    public async Task An_expected_error_is_one_line_and_a_code(Exception thrown, int code, string line)
    {
        var run = await CommandLineRun.Of(t => new Throwing(t, thrown), TestContext.Current.CancellationToken, "throw");
        Assert.Equal((code, "", line + Environment.NewLine), (run.Code, run.Out, run.Error));
    }

    [Fact]
    public async Task What_libtorch_complains_about_is_one_line()
    {
        var run = await CommandLineRun.Of(t => new Mismatching(t), TestContext.Current.CancellationToken, "mismatch");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.StartsWith("msf: libtorch reports: mat1 and mat2 shapes cannot be multiplied", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task An_unexpected_error_is_one_line_without_a_stack_trace()
    {
        var run = await CommandLineRun.Of(t => new Throwing(t, new InvalidOperationException("odd")), TestContext.Current.CancellationToken, "throw");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.StartsWith("msf: unexpected InvalidOperationException: odd", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Cancellation_stops_a_command_that_works_synchronously()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(50);
        var run = await CommandLineRun.Of(t => new Waiting(t), source.Token, "wait");
        Assert.Equal((ExitCode.Failed, "msf: stopped." + Environment.NewLine), (run.Code, run.Error));
    }
}

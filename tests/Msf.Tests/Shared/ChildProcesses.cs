namespace Msf.Tests;

/// <summary>Tests that start processes: they run beside no others, of which the fuzz tests take a child process for code out of an input that was run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChildProcesses
{
    public const string Name = "Child processes";
}

namespace Msf.Cli;

/// <summary>The command line makes no sense in a way that only the command itself can see; the process ends with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);

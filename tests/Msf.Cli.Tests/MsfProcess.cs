using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Msf.Cli.Tests;

/// <summary><c>msf</c> as a process of its own, for what cannot be tried inside the test's: signals and full disks.</summary>
internal sealed partial class MsfProcess : IDisposable
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly List<string> _errors = [];

    private MsfProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["OMP_NUM_THREADS"] = "1";
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Where the program under test is.</summary>
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Msf.Cli.dll");

    /// <summary>Whether this process, and so every process it starts, ignores SIGINT, as what a shell without job control starts in the background does.</summary>
    internal static bool IgnoresInterrupt
    {
        get
        {
            const string Ignored = "SigIgn:";
            if (!File.Exists("/proc/self/status")) return false;
            var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Ignored, StringComparison.Ordinal));
            return (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) >> (Interrupt - 1) & 1) != 0;
        }
    }

    /// <summary>Starts <c>msf</c>.</summary>
    internal static MsfProcess Start(params string[] arguments) => new(new ProcessStartInfo("dotnet", [Program, .. arguments]));

    /// <summary>Runs a shell script in a mount namespace of its own, where it may mount what it likes; null where the system allows no such thing.</summary>
    internal static MsfProcess? StartWithMounts(string script, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/unshare")) return null;
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["-rm", "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? new(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", script, "sh", .. arguments])) : null;
    }

    /// <summary>Waits for a line on standard error.</summary>
    internal async Task SeeAsync(string part, CancellationToken cancellation) => _ = await LineAsync(part, cancellation);

    /// <summary>Waits for a line on standard error, and gives it.</summary>
    internal async Task<string> LineAsync(string part, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_longEnough);
        while (await _process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            _errors.Add(line);
            if (line.Contains(part, StringComparison.Ordinal)) return line;
        }
        Assert.Fail($"the process ended without saying \"{part}\": {string.Join(" / ", _errors)}");
        throw new InvalidOperationException();
    }

    /// <summary>Sends a signal.</summary>
    internal void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for the end.</summary>
    internal async Task<(int Code, string Out, string[] Errors)> EndAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_longEnough);
        while (await _process.StandardError.ReadLineAsync(limit.Token) is { } line) _errors.Add(line);
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _output, [.. _errors]);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

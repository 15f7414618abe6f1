using System.Runtime.InteropServices;

namespace Msf.Cli;

/// <summary>
/// Ctrl+C and SIGTERM: the first asks the command to finish what it must, a step and its checkpoint for instance, however long that takes;
/// the second ends the process at once, with the exit code that shells expect.
/// </summary>
internal sealed partial class StopSignals : IDisposable
{
    private const int InterruptedCode = 130;
    private const int TerminatedCode = 143;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt, _terminate;
    private int _received;

    /// <summary>Listens from now on.</summary>
    internal StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive);
    }

    /// <summary>Set by the first signal.</summary>
    internal CancellationToken Token => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();                                                                 // a signal may still be on its way to _stop, which holds nothing to free
    }

    private void Receive(PosixSignalContext signal)
    {
        signal.Cancel = true;                                                                 // the runtime must not end the process
        if (Interlocked.Increment(ref _received) > 1) ExitAtOnce(signal.Signal == PosixSignal.SIGINT ? InterruptedCode : TerminatedCode);
        _stop.Cancel();
    }

    // Not Environment.Exit: that lets libtorch tear itself down while its threads are computing, which may hang or crash.
    private static void ExitAtOnce(int code)
    {
        if (OperatingSystem.IsWindows()) Environment.Exit(code);
        else Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}

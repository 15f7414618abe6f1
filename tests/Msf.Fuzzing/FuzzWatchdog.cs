namespace Msf.Fuzzing;

/// <summary>Ends the process when an input takes too long: no thread can be stopped from outside. What it was is told and kept before.</summary>
internal sealed class FuzzWatchdog : IDisposable
{
    /// <summary>Exit code of a process that was ended.</summary>
    public const int ExitCode = 86;

    private readonly TimeSpan _limit;
    private readonly Action<byte[]> _tell;
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private byte[]? _input;
    private long _since;

    /// <param name="limit">Longest time for an input.</param>
    /// <param name="tell">Receives the input that takes longer; the process ends when it returns.</param>
    public FuzzWatchdog(TimeSpan limit, Action<byte[]> tell) : this(limit, tell, () => Environment.Exit(ExitCode))
    {
    }

    internal FuzzWatchdog(TimeSpan limit, Action<byte[]> tell, Action end)
    {
        (_limit, _tell) = (limit, tell);
        var period = TimeSpan.FromTicks(Math.Max(limit.Ticks / 10, TimeSpan.TicksPerMillisecond));
        _timer = new Timer(_ => Look(end), null, period, period);
    }

    /// <summary>An input is about to be read.</summary>
    public void Begin(byte[] input)
    {
        lock (_gate) (_input, _since) = (input, Environment.TickCount64);
    }

    /// <summary>It was read.</summary>
    public void End()
    {
        lock (_gate) _input = null;
    }

    public void Dispose() => _timer.Dispose();

    private void Look(Action end)
    {
        lock (_gate)
        {
            if (_input is null || Environment.TickCount64 - _since < _limit.TotalMilliseconds) return;
            _tell(_input);
            _input = null;
            end();
        }
    }
}

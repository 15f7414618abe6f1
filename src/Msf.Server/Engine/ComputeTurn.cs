namespace Msf.Server;

/// <summary>Lets the workers of several models compute one solver step at a time, first come first served: two at once would share the same cores.</summary>
internal sealed class ComputeTurn
{
    private readonly object _gate = new();
    private long _next;
    private long _served;

    /// <summary>Waits for the turn and does something.</summary>
    internal void Run(Action action)
    {
        lock (_gate)
        {
            var ticket = _next++;
            while (ticket != _served) Monitor.Wait(_gate);
        }
        try
        {
            action();
        }
        finally
        {
            lock (_gate)
            {
                _served++;
                Monitor.PulseAll(_gate);
            }
        }
    }
}

namespace Msf.Server;

/// <summary>Sees to it that an application has the routes once: their names, by which addresses are made, are unique.</summary>
internal sealed class MappedOnce
{
    private int _times;

    /// <summary>Notes that the routes are added.</summary>
    /// <exception cref="InvalidOperationException">They are there already.</exception>
    internal void Note()
    {
        if (Interlocked.Increment(ref _times) > 1) throw new InvalidOperationException("MapMsf was called before in this application; map one prefix, and what else shall be reached there redirect to it.");
    }
}

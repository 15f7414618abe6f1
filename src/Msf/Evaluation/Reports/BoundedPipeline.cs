using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Msf.Evaluation;

/// <summary>
/// Two kinds of work that overlap: one thread makes things, the caller's takes them, and at most a few wait between the two. What crosses is plain memory: tensors stay with the
/// thread that made them.
/// </summary>
internal static class BoundedPipeline
{
    /// <summary>Runs both until the maker has ended and everything was taken.</summary>
    /// <param name="capacity">Most things that wait.</param>
    /// <param name="make">Gets what hands a thing over (it waits while too many are waiting) and a token that ends it; runs on a thread of its own.</param>
    /// <param name="take">Takes one thing, on the caller's thread, in the order made.</param>
    /// <param name="cancellation">Ends both.</param>
    /// <remarks>What either throws ends the other and is thrown here: the taker's fault first, since the maker's may follow from it.</remarks>
    public static void Run<T>(int capacity, Action<Action<T>, CancellationToken> make, Action<T> take, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var queue = new BlockingCollection<T>(capacity);
        var maker = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    make(thing => queue.Add(thing, stop.Token), stop.Token);
                }
                finally
                {
                    queue.CompleteAdding();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        ExceptionDispatchInfo? fault = null;
        try
        {
            foreach (var thing in queue.GetConsumingEnumerable(stop.Token)) take(thing);
        }
        catch (Exception e)
        {
            fault = ExceptionDispatchInfo.Capture(e);
            stop.Cancel();
        }
        try
        {
            maker.GetAwaiter().GetResult();
        }
        catch (Exception) when (fault is not null)
        {
            // It ended because the taker did.
        }
        fault?.Throw();
    }
}

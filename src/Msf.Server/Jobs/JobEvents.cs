using System.Runtime.CompilerServices;

namespace Msf.Server;

/// <summary>
/// What happened to a job, for any number of readers who may come late, read slowly or come again. What a newer event makes obsolete, such as a progress, is
/// forgotten, so that the log stays small however long the job and however slow the reader; nothing else is lost.
/// </summary>
internal sealed class JobEvents
{
    private readonly Lock _lock = new();
    private readonly List<(JobEvent Event, string? Key)> _log = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private int _readers;
    private bool _ended;

    /// <summary>Whether somebody reads.</summary>
    internal bool HasReaders => Volatile.Read(ref _readers) > 0;

    /// <summary>Adds an event.</summary>
    /// <param name="name">What happened.</param>
    /// <param name="data">More about it.</param>
    /// <param name="replaces">Earlier events with the same key become obsolete; null for none.</param>
    /// <param name="ends">Whether it is the last one; what comes after it is ignored.</param>
    internal void Add(string name, object data, string? replaces = null, bool ends = false)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            if (_ended) return;
            if (replaces is not null) _log.RemoveAll(entry => entry.Key == replaces);
            _log.Add((new JobEvent(++_last, name, data), replaces));
            _ended = ends;
            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        news.TrySetResult();
    }

    /// <summary>What happened after an event, and then what happens, until the end.</summary>
    /// <param name="after">The id of the last event known; 0 for none.</param>
    /// <param name="cancellation">Stops reading.</param>
    internal async IAsyncEnumerable<JobEvent> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            while (true)
            {
                JobEvent[] fresh;
                Task news;
                bool ended;
                lock (_lock)
                {
                    fresh = [.. _log.Select(entry => entry.Event).Where(happened => happened.Id > after)];
                    (news, ended) = (_news.Task, _ended);
                }
                foreach (var happened in fresh)
                {
                    yield return happened;
                    after = happened.Id;
                }
                if (ended && fresh.Length == 0) yield break;
                if (fresh.Length == 0) await news.WaitAsync(cancellation);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }
}

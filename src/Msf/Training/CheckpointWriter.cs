using System.Diagnostics;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Saves while training goes on: training waits for the copy of what is to be saved, not for the disk. One write is under way at a
/// time; a further one waits for it.
/// </summary>
/// <remarks>
/// The copy is made on the writing thread, because dispose scopes belong to threads: what a save makes, the thread of that save disposes.
/// </remarks>
internal sealed class CheckpointWriter : IDisposable
{
    private Task _write = Task.CompletedTask;

    /// <summary>How long the caller has waited for saves, in all.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Waits for the write before, has the copies made, and starts to write them one after the other.</summary>
    /// <param name="copies">Each copies what is to be saved, in a dispose scope of the writing thread, and returns what writes it.</param>
    /// <exception cref="IOException">The write before failed.</exception>
    public void Start(IReadOnlyList<Func<Action>> copies)
    {
        Wait();
        var clock = Stopwatch.StartNew();
        var copied = new TaskCompletionSource();
        _write = Task.Factory.StartNew(
            () =>
            {
                using var scope = NewDisposeScope();
                Action[] writes;
                try
                {
                    writes = [.. copies.Select(copy => copy())];
                }
                finally
                {
                    copied.SetResult();                                                       // a copy that fails holds nobody up
                }
                foreach (var write in writes) write();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        copied.Task.Wait();
        Waited += clock.Elapsed;
    }

    /// <summary>Throws what the last write threw, if it has; does not wait.</summary>
    public void ThrowIfFailed()
    {
        if (_write.IsFaulted) Wait();
    }

    /// <summary>Waits until everything is written, and throws what the last write threw.</summary>
    public void Wait()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            _write.GetAwaiter().GetResult();
        }
        finally
        {
            Waited += clock.Elapsed;
        }
    }

    /// <summary>Waits until nothing is being written. What a write threw that nobody asked for is dropped: something else ended training.</summary>
    public void Dispose() => Task.WhenAny(_write).Wait();
}

namespace Msf.Data;

/// <summary>
/// Prepares the next batches on threads of its own while training is busy with the last one: at most <see cref="Ahead"/> of them, image by
/// image, the nearest batch first. What a batch holds is decided by its position before any thread touches it.
/// </summary>
internal sealed class BatchPipeline : IDisposable
{
    /// <summary>Batches in preparation or waiting, which bounds the memory.</summary>
    public const int Ahead = 3;

    private readonly Func<long, int, PreparedBatch> _plan;
    private readonly Action<PreparedBatch, int> _prepare;
    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private readonly List<PreparedBatch> _batches = [];                                       // in order of position, without gaps
    private bool _started;
    private bool _disposed;

    /// <param name="threads">Number of threads, at least 1; they start with the first batch.</param>
    /// <param name="plan">Decides what a batch of a position and a size holds; called by one thread at a time.</param>
    /// <param name="prepare">Prepares one image of a batch; called by several threads.</param>
    public BatchPipeline(int threads, Func<long, int, PreparedBatch> plan, Action<PreparedBatch, int> prepare)
    {
        (_plan, _prepare) = (plan, prepare);
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"msf-loader-{i}" })];
    }

    /// <summary>Waits for a batch; the ones after it, of the same size, are begun.</summary>
    /// <param name="position">Images visited before. Another position, or another size, than follows the last batch drops what was prepared.</param>
    /// <param name="size">Number of images.</param>
    /// <param name="cancellation">Ends the wait; nothing prepared is lost.</param>
    /// <returns>The batch, whole or with the fault that one of its images met.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="ObjectDisposedException">The pipeline is, or was meanwhile, disposed.</exception>
    public PreparedBatch Take(long position, int size, CancellationToken cancellation)
    {
        using var wake = cancellation.Register(Wake);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_batches.Count > 0 && (_batches[0].Position != position || _batches[0].Size != size)) _batches.Clear();
            Fill(position, size);
            Start();
            var batch = _batches[0];
            while (batch.Finished < batch.Size)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
                ObjectDisposedException.ThrowIf(_disposed, this);
            }
            _batches.RemoveAt(0);
            Fill(position + size, size);
            return batch;
        }
    }

    /// <summary>Ends the threads: each finishes the image it is at, and nothing else.</summary>
    public void Dispose()
    {
        bool started;
        lock (_gate)
        {
            if (_disposed) return;
            (_disposed, started) = (true, _started);
            _batches.Clear();
            Monitor.PulseAll(_gate);
        }
        if (!started) return;
        foreach (var thread in _threads) thread.Join();
    }

    private void Fill(long position, int size)
    {
        var begun = _batches.Count;
        while (_batches.Count < Ahead) _batches.Add(_plan(position + (long)_batches.Count * size, size));
        if (_batches.Count > begun) Monitor.PulseAll(_gate);
    }

    private void Start()
    {
        if (_started) return;
        _started = true;
        foreach (var thread in _threads) thread.Start();
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private void Work()
    {
        while (Claim() is var (batch, image))
        {
            try
            {
                _prepare(batch, image);
            }
            catch (Exception e)                                                               // told to whoever asks for the batch
            {
                batch.Fail(image, e);
            }
            lock (_gate)
                if (++batch.Finished == batch.Size) Monitor.PulseAll(_gate);
        }
    }

    // The next image of the nearest batch; null when there is no more work, ever.
    private (PreparedBatch Batch, int Image)? Claim()
    {
        lock (_gate)
        {
            while (!_disposed)
            {
                if (_batches.Find(batch => batch.Claimed < batch.Size) is { } nearest) return (nearest, nearest.Claimed++);
                Monitor.Wait(_gate);
            }
            return null;
        }
    }
}

using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Rows of one shape and type in memory that grows as they come, on the CPU.</summary>
internal sealed class RowStore : IDisposable
{
    private const long FirstRows = 256;

    private readonly long _most;
    private Tensor? _rows;                                                                    // (room, width)
    private long _kept;

    /// <param name="most">Most rows.</param>
    public RowStore(long most) => _most = most;

    /// <summary>Goes on from rows.</summary>
    /// <param name="most">Most rows.</param>
    /// <param name="rows">(N, width); taken over.</param>
    public RowStore(long most, Tensor rows)
        : this(Math.Max(most, rows.shape[0])) => (_rows, _kept) = (rows.DetachFromDisposeScope(), rows.shape[0]);

    /// <summary>The rows, a view; null where there are none.</summary>
    public Tensor? Rows => _kept > 0 ? _rows!.narrow(0, 0, _kept) : null;

    /// <summary>Puts some rows of a batch in places.</summary>
    /// <param name="batch">(B, width), on the CPU.</param>
    /// <param name="rows">Which.</param>
    /// <param name="places">Where, each at most one behind the last place so far.</param>
    public void Put(Tensor batch, long[] rows, long[] places)
    {
        if (rows.Length == 0) return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var end = Math.Max(_kept, places.Max() + 1);
        if (_rows is null || end > _rows.shape[0])
        {
            var room = empty([Math.Min(_most, Math.Max(FirstRows, Math.Max(end, 2 * _kept))), batch.shape[1]], batch.dtype, CPU).DetachFromDisposeScope();
            if (_rows is not null) room.narrow(0, 0, _kept).copy_(_rows.narrow(0, 0, _kept));
            _rows?.Dispose();
            _rows = room;
        }
        _kept = end;
        _rows.index_copy_(0, tensor(places), batch.index_select(0, tensor(rows)));
    }

    /// <inheritdoc/>
    public void Dispose() => _rows?.Dispose();
}

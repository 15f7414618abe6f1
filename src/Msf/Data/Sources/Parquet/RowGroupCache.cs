namespace Msf.Data;

/// <summary>
/// Keeps the row groups that were used last, up to a number of bytes. A group is loaded by one thread while others that want it wait.
/// Thread-safe.
/// </summary>
/// <param name="budget">Most bytes of encoded images; one group is kept whatever its size.</param>
/// <param name="load">Reads a group.</param>
internal sealed class RowGroupCache(long budget, Func<int, byte[]?[]> load)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];                                           // the last used first
    private long _bytes;

    /// <summary>A row group; one whose reading failed is tried again the next time.</summary>
    public byte[]?[] Get(int group)
    {
        var entry = Find(group);
        try
        {
            var rows = entry.Rows.Value;
            Count(entry, rows);
            return rows;
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    private Entry Find(int group)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(group, out var node)) _byUse.Remove(node);
            else _entries[group] = node = new LinkedListNode<Entry>(new Entry(group, new Lazy<byte[]?[]>(() => load(group))));
            _byUse.AddFirst(node);
            return node.Value;
        }
    }

    private void Count(Entry entry, byte[]?[] rows)
    {
        lock (_gate)
        {
            if (entry.Bytes > 0) return;
            entry.Bytes = Math.Max(1, rows.Sum(row => (row?.Length ?? 0) + 24L));
            if (!_entries.TryGetValue(entry.Group, out var own) || own.Value != entry) return;     // was dropped while it was read
            _bytes += entry.Bytes;
            while (_bytes > budget && _byUse.Last!.Value != entry) Remove(_byUse.Last.Value);
        }
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
            if (_entries.TryGetValue(entry.Group, out var node) && node.Value == entry) Remove(entry);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Group, out var node);
        _byUse.Remove(node!);
        _bytes -= entry.Bytes;
    }

    private sealed class Entry(int group, Lazy<byte[]?[]> rows)
    {
        public int Group => group;

        public Lazy<byte[]?[]> Rows => rows;

        public long Bytes { get; set; }                                                       // 0 until read
    }
}

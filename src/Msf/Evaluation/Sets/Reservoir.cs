using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>
/// Chooses a bounded number of rows from a stream of unknown length so that every row has the same chance (Vitter 1985, algorithm R). Which are kept depends on the seed and on
/// their order, not on the batches; as long as there is room all are kept, in order.
/// </summary>
internal sealed class Reservoir(int capacity, long seed)
{
    private readonly ulong _key = unchecked((ulong)SeededNoise.Mix(seed, 0x6B657074));

    /// <summary>Rows seen.</summary>
    public long Seen { get; private set; }

    /// <summary>Rows kept.</summary>
    public int Kept => (int)Math.Min(Seen, capacity);

    /// <summary>Goes on after rows that were seen elsewhere.</summary>
    public void Skip(long seen) => Seen = seen;

    /// <summary>Takes the next rows.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Which of them are kept, and their places; no place twice.</returns>
    public (long[] Rows, long[] Places) Take(long count)
    {
        var at = new SortedDictionary<long, long>();                                          // the last that comes to a place stays
        for (long row = 0; row < count; row++, Seen++)
        {
            var place = Seen < capacity ? Seen : Shuffling.Below(Seen + 1, _key, (ulong)Seen);
            if (place < capacity) at[place] = row;
        }
        return ([.. at.Values], [.. at.Keys]);
    }
}

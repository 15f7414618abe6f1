using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// The order in which training visits buckets: every batch is of one bucket, which batch comes when is a function of (seed, epoch) and the batch size alone,
/// and so is every place computed without walking there. Each bucket goes through its images in an order of its own, epoch after epoch, without gaps:
/// after e epochs it has given e times its images, up to one batch that was not full yet and comes in the next epoch. Not thread-safe.
/// </summary>
internal sealed class BucketOrder
{
    private const long Stream = 0x4275636B;                                                   // "Buck"
    private readonly long _seed;
    private readonly BatchOrder[] _buckets;
    private readonly long _count;
    private (long Epoch, int Size) _scheduled = (-1, 0);
    private int[] _schedule = [];

    /// <param name="counts">Images of every bucket, each at least 1.</param>
    /// <param name="seed">Chooses one of many orders.</param>
    public BucketOrder(IReadOnlyList<int> counts, long seed)
    {
        _seed = seed;
        _buckets = [.. counts.Select((count, bucket) => new BatchOrder(count, SeededNoise.Mix(seed, Stream, bucket)))];
        _count = counts.Sum(count => (long)count);
    }

    /// <summary>Chooses a batch.</summary>
    /// <param name="position">Images visited before; a multiple of the batch size, or else the batch is the one that it lies in.</param>
    /// <param name="into">Receives places in the bucket, one for every image of the batch.</param>
    /// <returns>The bucket.</returns>
    public int Choose(long position, int[] into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var (batch, size) = (position / into.Length, into.Length);
        var epoch = (long)((Int128)batch * size / _count);                                    // never beyond the batch's own
        while (Before(epoch + 1, size) <= batch) epoch++;
        Schedule(epoch, size);
        var at = (int)(batch - Before(epoch, size));
        var bucket = _schedule[at];
        var earlier = Before(bucket, epoch, size) + _schedule.AsSpan(0, at).Count(bucket);
        _buckets[bucket].Indices(earlier * size, into);
        return bucket;
    }

    // Full batches before an epoch, of all buckets and of one.
    private long Before(long epoch, int size)
    {
        var sum = 0L;
        for (var bucket = 0; bucket < _buckets.Length; bucket++) sum += Before(bucket, epoch, size);
        return sum;
    }

    private long Before(int bucket, long epoch, int size) => epoch * _buckets[bucket].Count / size;

    private void Schedule(long epoch, int size)
    {
        if (_scheduled == (epoch, size)) return;
        _scheduled = (epoch, size);
        _schedule =
        [
            .. Enumerable.Range(0, _buckets.Length)
                .SelectMany(bucket => Enumerable.Repeat(bucket, (int)(Before(bucket, epoch + 1, size) - Before(bucket, epoch, size)))),
        ];
        var random = new SplitMix64((ulong)SeededNoise.Mix(_seed, Stream, -1, epoch));
        for (var i = _schedule.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (_schedule[i], _schedule[j]) = (_schedule[j], _schedule[i]);
        }
    }
}

using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// The order in which training visits the images: every epoch is a permutation that depends on (seed, epoch) alone, so the batch
/// at any position can be computed without walking there. The permutation is Fisher and Yates' shuffle of 0, 1, ..., count - 1
/// from the last place down, with the numbers of the generator SplitMix64, seeded by
/// <see cref="SeededNoise.Mix"/>(seed, epoch). Not thread-safe.
/// </summary>
public sealed class BatchOrder
{
    private readonly int[] _permutation;
    private long _epoch = -1;

    /// <summary>Describes an order.</summary>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="seed">Chooses one of many orders.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no image.</exception>
    public BatchOrder(int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _permutation = new int[count];
        Seed = seed;
    }

    /// <summary>Number of images, which is the length of an epoch.</summary>
    public int Count => _permutation.Length;

    /// <summary>Which of the many orders this is.</summary>
    public long Seed { get; }

    /// <summary>Gives the images that are visited from a position on, across the ends of epochs.</summary>
    /// <param name="position">Images visited before, 0 or more; epoch e begins at e x count.</param>
    /// <param name="into">Receives the indices, each 0 to count - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative.</exception>
    public void Indices(long position, Span<int> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        while (into.Length > 0)
        {
            var (epoch, place) = Math.DivRem(position, Count);
            Shuffle(epoch);
            var taken = (int)Math.Min(into.Length, Count - place);
            _permutation.AsSpan((int)place, taken).CopyTo(into);
            into = into[taken..];
            position += taken;
        }
    }

    private void Shuffle(long epoch)
    {
        if (epoch == _epoch) return;
        _epoch = epoch;
        for (var i = 0; i < Count; i++) _permutation[i] = i;
        var random = new SplitMix64((ulong)SeededNoise.Mix(Seed, epoch));
        for (var i = Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (_permutation[i], _permutation[j]) = (_permutation[j], _permutation[i]);
        }
    }
}

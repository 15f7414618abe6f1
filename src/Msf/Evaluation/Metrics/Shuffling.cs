using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Seeded draws of rows, the same on every machine.</summary>
internal static class Shuffling
{
    /// <summary>The rows in a random order (Fisher and Yates 1938).</summary>
    /// <param name="count">Number of rows.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What the order is for.</param>
    public static long[] Order(long count, long seed, params ReadOnlySpan<long> stream)
    {
        var key = unchecked((ulong)SeededNoise.Mix(seed, stream));
        var order = new long[count];
        for (var i = 0; i < count; i++)
        {
            var j = Below(i + 1, key, (ulong)i);
            (order[i], order[j]) = (order[j], i);
        }
        return order;
    }

    /// <summary>As many rows, each drawn from all: a bootstrap resample (Efron 1979).</summary>
    /// <inheritdoc cref="Order" path="/param"/>
    public static long[] Resample(long count, long seed, params ReadOnlySpan<long> stream)
    {
        var key = unchecked((ulong)SeededNoise.Mix(seed, stream));
        var rows = new long[count];
        for (var i = 0; i < count; i++) rows[i] = Below(count, key, (ulong)i);
        return rows;
    }

    /// <summary>A number from 0 to one below a bound, as the key and the counter say.</summary>
    public static long Below(long bound, ulong key, ulong counter)
    {
        var (a, b, _, _) = Philox.Block(key, 0, counter);
        return (long)((((ulong)a << 32) | b) % (ulong)bound);                                // uneven by 1e-13 of a share
    }
}

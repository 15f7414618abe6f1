using Msf.Data;
using Msf.Runtime;

namespace Msf.Fuzzing;

/// <summary>Chance that is a function of what it is for, so that every input can be made again from its number.</summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="stream">What the chance is for.</param>
internal sealed class FuzzRandom(long seed, params ReadOnlySpan<long> stream)
{
    private SplitMix64 _random = new(unchecked((ulong)SeededNoise.Mix(seed, stream)));

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => _random.Below(bound);

    /// <summary>Once in so many times.</summary>
    public bool Once(int times) => Below(times) == 0;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    public ulong Bits() => _random.Next();

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)Below(256);
        return bytes;
    }
}

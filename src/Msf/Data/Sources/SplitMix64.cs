namespace Msf.Data;

/// <summary>
/// The SplitMix64 generator (Steele, Lea and Flood 2014). Written out here, because data order and synthetic images must stay
/// the same under every version of the framework.
/// </summary>
/// <param name="state">Any number; streams of different numbers are unrelated.</param>
internal struct SplitMix64(ulong state)
{
    private ulong _state = state;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A uniform whole number below <paramref name="bound"/>, without bias (Lemire 2019).</summary>
    public int Below(int bound)
    {
        var range = (ulong)bound;
        while (true)
        {
            var high = Math.BigMul(Next(), range, out var low);
            if (low >= range || low >= (0 - range) % range) return (int)high;
        }
    }

    /// <summary>A number of the standard normal distribution (Box and Muller 1958), from two uniform ones.</summary>
    public double Normal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Between(0, 1)));                              // the logarithm of 1 to 2^-53
        return radius * Math.Cos(2 * Math.PI * Between(0, 1));
    }

    /// <summary>A uniform number from <paramref name="low"/> (included) to <paramref name="high"/> (excluded).</summary>
    public double Between(double low, double high) => low + (high - low) * (Next() >> 11) * (1.0 / (1UL << 53));
}

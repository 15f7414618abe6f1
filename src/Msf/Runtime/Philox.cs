namespace Msf.Runtime;

/// <summary>
/// The counter-based generator Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a block of
/// random bits is a function of a key and a counter, so any part of a stream can be had without what precedes it.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const ulong Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The four 32-bit words of one block.</summary>
    /// <param name="key">64 bits: which stream.</param>
    /// <param name="counterHigh">Upper 64 bits of the counter.</param>
    /// <param name="counterLow">Lower 64 bits of the counter.</param>
    internal static (uint A, uint B, uint C, uint D) Block(ulong key, ulong counterHigh, ulong counterLow)
    {
        uint a = (uint)counterLow, b = (uint)(counterLow >> 32), c = (uint)counterHigh, d = (uint)(counterHigh >> 32);
        uint key0 = (uint)key, key1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            ulong p = Multiplier0 * a, q = Multiplier1 * c;
            (a, b, c, d) = ((uint)(q >> 32) ^ b ^ key0, (uint)q, (uint)(p >> 32) ^ d ^ key1, (uint)p);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return (a, b, c, d);
    }

    /// <summary>Fills a span with standard normal numbers: element i depends on the key, the upper counter and i alone.</summary>
    /// <remarks>Box and Muller 1958 in double precision; the largest magnitude that can occur is 6.8.</remarks>
    internal static void FillNormal(Span<float> destination, ulong key, ulong counterHigh)
    {
        for (var i = 0; i < destination.Length; i += 4)
        {
            var (a, b, c, d) = Block(key, counterHigh, (ulong)(i / 4));
            var (x, y) = NormalPair(a, b);
            var (z, w) = NormalPair(c, d);
            ReadOnlySpan<float> block = [x, y, z, w];
            block[..Math.Min(4, destination.Length - i)].CopyTo(destination[i..]);
        }
    }

    private static (float X, float Y) NormalPair(uint first, uint second)
    {
        const double Step = 1.0 / (1L << 32);
        var radius = Math.Sqrt(-2.0 * Math.Log((first + 0.5) * Step)); // the half keeps zero out of the logarithm
        var (sin, cos) = Math.SinCos(2.0 * Math.PI * (second + 0.5) * Step);
        return ((float)(radius * cos), (float)(radius * sin));
    }
}

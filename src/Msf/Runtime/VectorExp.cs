using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Msf.Runtime;

/// <summary>The exponential of 16 floats.</summary>
internal static class VectorExp
{
    private const float Largest = 89f, Smallest = -87f;                                       // from infinity on, and where results are normal numbers
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;                 // n LnTwoHigh is exact

    // (e^r - 1 - r) / r² by interpolation in the Chebyshev nodes of |r| <= ln 2 / 2: e^r to 1e-8 of its value, 6e-8 in float32.
    private const float C2 = 0.5f, C3 = 0.16666577f, C4 = 0.041666555f, C5 = 0.0083631791f, C6 = 0.0013926184f;

    // 2^r by interpolation in the Chebyshev nodes of |r| <= 1/2, to 2e-7 of its value.
    private const float D1 = 0.693147188f, D2 = 0.240221075f, D3 = 0.0555035711f, D4 = 0.00967603192f, D5 = 0.00133908634f;

    /// <summary>e^x as exactly as a result needs that is stored in float32, or in bfloat16.</summary>
    /// <param name="x">Exponents.</param>
    /// <param name="half">Whether the result is stored in bfloat16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Of(Vector512<float> x, bool half) => half ? Coarse(x) : Of(x);

    /// <summary>e^x to 1e-5 of its value, a two hundredth of what bfloat16 rounds off; e^-87 below -87; what is not a number stays that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Coarse(Vector512<float> x)
    {
        if (!Avx512F.IsSupported) return Of(x);
        x = Vector512.MinNative(Vector512.Create(Largest), Vector512.MaxNative(Vector512.Create(Smallest), x));
        var y = x * (float)(1 / Math.Log(2));
        var n = Vector512.Round(y);
        var r = y - n;
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(D5), r, Vector512.Create(D4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(D3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(D2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(D1));
        return Avx512F.Scale(Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One), n);
    }

    /// <summary>e^x to 2e-7 of its value; e^-87 below -87; what is not a number stays that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Of(Vector512<float> x)
    {
        x = Vector512.MinNative(Vector512.Create(Largest), Vector512.MaxNative(Vector512.Create(Smallest), x));
        var n = Vector512.Round(x * (float)(1 / Math.Log(2)));                                // x = n ln 2 + r, |r| <= ln 2 / 2
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LnTwoHigh), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LnTwoLow), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(C6), r, Vector512.Create(C5));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(C4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(C3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(C2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        if (Avx512F.IsSupported) return Avx512F.Scale(p, n);
        // In two steps, because 2^128 is no float.
        var most = Vector512.ConvertToInt32(n);
        var less = Vector512.ShiftRightArithmetic(most, 1);
        return p * Power(less) * Power(most - less);
    }

    // 2^n for -126 <= n <= 127.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Power(Vector512<int> n) => Vector512.ShiftLeft(n + Vector512.Create(127), 23).AsSingle();
}

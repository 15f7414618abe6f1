using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Msf.Runtime;

/// <summary>The exponential of 16 floats.</summary>
internal static class VectorExp
{
    private const float Largest = 88f, Smallest = -87f;                                       // between them results are normal numbers
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;                 // n LnTwoHigh is exact

    /// <summary>e^x to 2e-7 of its value; e^-87 below -87, infinity above 88; what is not a number stays that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Of(Vector512<float> x)
    {
        var over = Vector512.GreaterThan(x, Vector512.Create(Largest));
        x = Vector512.MinNative(Vector512.Create(Largest), Vector512.MaxNative(Vector512.Create(Smallest), x));
        var n = Vector512.Round(x * (float)(1 / Math.Log(2)));                                // x = n ln 2 + r, |r| <= ln 2 / 2
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LnTwoHigh), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LnTwoLow), r);
        var p = Vector512.Create(1 / 5040f);                                                  // Taylor's series to the seventh power
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 720f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 120f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 24f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 6f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        var scale = Vector512.ShiftLeft(Vector512.ConvertToInt32(n) + Vector512.Create(127), 23).AsSingle();
        return Vector512.ConditionalSelect(over, Vector512.Create(float.PositiveInfinity), p * scale);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Msf.Runtime;

/// <summary>Reads and writes vectors of 32 floats that are stored in float32 or in bfloat16, the upper half of a float32.</summary>
internal static unsafe class HalfWidth
{
    /// <summary>Floats in one step: two vectors of 16.</summary>
    internal const int Step = 32;

    /// <summary>Floats in one vector.</summary>
    internal const int Lanes = 16;

    private const uint Upper = 0xFFFF0000, NotANumber = 0x7FC00000;

    /// <summary>Reads 32 bfloat16 as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector512<float> Low, Vector512<float> High) Load(ushort* from)
    {
        var (low, high) = Vector512.Widen(Vector512.Load(from));
        return (Vector512.ShiftLeft(low, 16).AsSingle(), Vector512.ShiftLeft(high, 16).AsSingle());
    }

    /// <summary>Writes 32 floats as bfloat16, rounded to nearest, ties to even; what is not a number stays that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(ushort* to, Vector512<float> low, Vector512<float> high) =>
        Vector512.Narrow(Round(low), Round(high)).Store(to);

    /// <summary>Reads 32 numbers from place <paramref name="i"/> of an array of bfloat16 (<paramref name="half"/>) or float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector512<float> Low, Vector512<float> High) Read(nint array, bool half, long i) => half
        ? Load((ushort*)array + i)
        : (Vector512.Load((float*)array + i), Vector512.Load((float*)array + i + 16));

    /// <summary>Writes 32 numbers to place <paramref name="i"/> of an array of bfloat16 (<paramref name="half"/>) or float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(nint array, bool half, long i, Vector512<float> low, Vector512<float> high)
    {
        if (half)
        {
            Store((ushort*)array + i, low, high);
            return;
        }
        low.Store((float*)array + i);
        high.Store((float*)array + i + 16);
    }

    /// <summary>
    /// Reads 32 numbers without putting them in order: of bfloat16 those at even places, then those at odd ones, which takes a shift and a mask where the order takes
    /// shuffles; of float32 the first 16, then the others. What treats all places alike needs no order; <see cref="WriteAny"/> puts everything where it was.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector512<float> First, Vector512<float> Second) ReadAny(nint array, bool half, long i)
    {
        if (!half) return (Vector512.Load((float*)array + i), Vector512.Load((float*)array + i + Lanes));
        var pairs = Vector512.Load((uint*)((ushort*)array + i));
        return (Vector512.ShiftLeft(pairs, 16).AsSingle(), (pairs & Vector512.Create(Upper)).AsSingle());
    }

    /// <summary>Writes 32 numbers that <see cref="ReadAny"/> read, or that were computed from such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteAny(nint array, bool half, long i, Vector512<float> first, Vector512<float> second)
    {
        if (half)
        {
            (Vector512.ShiftRightLogical(RoundUpper(first), 16) | (RoundUpper(second) & Vector512.Create(Upper))).Store((uint*)((ushort*)array + i));
            return;
        }
        first.Store((float*)array + i);
        second.Store((float*)array + i + Lanes);
    }

    /// <summary>Reads 16 numbers from place <paramref name="i"/> of an array of bfloat16 (<paramref name="half"/>) or float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> ReadLanes(nint array, bool half, long i) => half
        ? Vector512.ShiftLeft(Vector512.WidenLower(Vector256.Load((ushort*)array + i).ToVector512Unsafe()), 16).AsSingle()
        : Vector512.Load((float*)array + i);

    /// <summary>Writes 16 numbers to place <paramref name="i"/> of an array of bfloat16 (<paramref name="half"/>) or float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteLanes(nint array, bool half, long i, Vector512<float> values)
    {
        if (half) Vector512.Narrow(Round(values), Vector512<uint>.Zero).GetLower().Store((ushort*)array + i);
        else values.Store((float*)array + i);
    }

    /// <summary>One bfloat16 as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Load(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <summary>One float as bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort Round(float value)
    {
        if (float.IsNaN(value)) return 0x7FC0;
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value) => Vector512.ShiftRightLogical(RoundUpper(value), 16);

    // The rounded number in the upper halves; the lower ones are arbitrary.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RoundUpper(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), bits + Vector512.Create(0x7FFFu) + odd, Vector512.Create(NotANumber));
    }
}

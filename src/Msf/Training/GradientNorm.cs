using System.Runtime.Intrinsics;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>The Euclidean norm of a gradient, summed in float64 over pieces of fixed length: the same for any number of threads.</summary>
internal static unsafe class GradientNorm
{
    private const long Piece = 1 << 14;

    /// <summary>Computes the norm.</summary>
    /// <param name="gradient">(P), float32 or bfloat16, contiguous.</param>
    /// <returns>Not finite where an element is not.</returns>
    internal static double Of(Tensor gradient)
    {
        if (gradient.device_type != DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            return gradient.to_type(ScalarType.Float32).norm().item<float>();
        }
        var (length, half) = (gradient.shape[0], gradient.dtype == ScalarType.BFloat16);
        var address = TensorMemory.Address(gradient);
        var sums = new double[(length + Piece - 1) / Piece];
        ThreadTeam.For(length, Piece, (start, end) =>
        {
            for (var from = start; from < end; from += Piece)
                sums[from / Piece] = half
                    ? SquaresOfHalf((ushort*)address + from, Math.Min(Piece, end - from))
                    : Squares((float*)address + from, Math.Min(Piece, end - from));
        });
        return Math.Sqrt(sums.Sum());
    }

    private static double Squares(float* values, long count)
    {
        var sum = Vector512<float>.Zero;
        var vectors = count / 16 * 16;
        for (long i = 0; i < vectors; i += 16)
        {
            var v = Vector512.Load(values + i);
            sum += v * v;
        }
        double total = Vector512.Sum(sum);
        for (var i = vectors; i < count; i++) total += (double)values[i] * values[i];
        return total;
    }

    private static double SquaresOfHalf(ushort* values, long count)
    {
        var (lowSum, highSum) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var vectors = count / HalfWidth.Step * HalfWidth.Step;
        for (long i = 0; i < vectors; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.Load(values + i);
            lowSum += low * low;
            highSum += high * high;
        }
        double total = Vector512.Sum(lowSum + highSum);
        for (var i = vectors; i < count; i++) total += (double)HalfWidth.Load(values[i]) * HalfWidth.Load(values[i]);
        return total;
    }
}

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

    /// <summary>Adds further gradients to the first, in float32 arithmetic, sets them to zero, and computes the norm of the sum.</summary>
    /// <param name="gradients">(P) each, bfloat16 where there are several, contiguous, on the CPU.</param>
    /// <returns>Not finite where an element is not.</returns>
    internal static double OfSum(IReadOnlyList<Tensor> gradients)
    {
        if (gradients.Count == 1) return Of(gradients[0]);
        var length = gradients[0].shape[0];
        foreach (var gradient in gradients) ShapeGuard.Require(gradient, nameof(gradients), length);
        var addresses = gradients.Select(gradient => TensorMemory.Address(gradient)).ToArray();
        var sums = new double[(length + Piece - 1) / Piece];
        ThreadTeam.For(length, Piece, (start, end) =>
        {
            for (var from = start; from < end; from += Piece)
            {
                var count = Math.Min(Piece, end - from);
                for (var other = 1; other < addresses.Length; other++) AddHalf((ushort*)addresses[0] + from, (ushort*)addresses[other] + from, count);
                sums[from / Piece] = SquaresOfHalf((ushort*)addresses[0] + from, count);
            }
        });
        return Math.Sqrt(sums.Sum());
    }

    private static void AddHalf(ushort* to, ushort* from, long count)
    {
        var vectors = count / HalfWidth.Step * HalfWidth.Step;
        for (long i = 0; i < vectors; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.Load(to + i);
            var (moreLow, moreHigh) = HalfWidth.Load(from + i);
            HalfWidth.Store(to + i, low + moreLow, high + moreHigh);
        }
        for (var i = vectors; i < count; i++) to[i] = HalfWidth.Round(HalfWidth.Load(to[i]) + HalfWidth.Load(from[i]));
        new Span<ushort>(from, (int)count).Clear();
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

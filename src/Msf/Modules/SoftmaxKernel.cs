using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// The scaled softmax of rows and its gradient on the CPU, in float32 arithmetic whatever the tensors' type. A row is computed by one thread in a
/// fixed order.
/// </summary>
internal static unsafe class SoftmaxKernel
{
    private const long Numbers = 1 << 13;                                                     // worth a thread

    /// <summary>softmax(scale x) over the last dimension.</summary>
    /// <param name="x">Rows that <see cref="Rows.Takes(Tensor)"/> accepts, (..., N).</param>
    /// <param name="scale">Positive factor.</param>
    /// <returns>Shape and type of x, owned by the caller's dispose scope.</returns>
    internal static Tensor Forward(Tensor x, float scale)
    {
        var y = empty_like(x);
        var (n, half) = (x.shape[^1], x.dtype == ScalarType.BFloat16);
        var (from, to) = (Rows.Address(x), Rows.Address(y));
        ThreadTeam.For(x.numel() / n, Math.Max(1, Numbers / n), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            var powers = new float[n];
            fixed (float* e = powers)
                for (var row = start * n; row < end * n; row += n) Row(from, to, e, half, row, n, scale);
        });
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(nint from, nint to, float* e, bool half, long row, long n, float scale)
    {
        var most = Vector512.Create(float.NegativeInfinity);
        for (long i = 0; i < n; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.ReadAny(from, half, row + i);
            most = Vector512.Max(most, Vector512.Max(low, high));
        }
        var quarter = Vector256.Max(most.GetLower(), most.GetUpper());
        var eighth = Vector128.Max(quarter.GetLower(), quarter.GetUpper());
        eighth = Vector128.Max(eighth, Vector128.Shuffle(eighth, Vector128.Create(2, 3, 0, 1)));
        var largest = MathF.Max(eighth[0], eighth[1]);                                        // what is not a number stays that
        var (factor, shift, sum) = (Vector512.Create(scale), Vector512.Create(-scale * largest), Vector512<float>.Zero);
        for (long i = 0; i < n; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.ReadAny(from, half, row + i);
            low = VectorExp.Of(Vector512.FusedMultiplyAdd(low, factor, shift), half);
            high = VectorExp.Of(Vector512.FusedMultiplyAdd(high, factor, shift), half);
            low.Store(e + i);
            high.Store(e + i + HalfWidth.Lanes);
            sum += low + high;
        }
        var inverse = Vector512.Create(1 / Vector512.Sum(sum));
        for (long i = 0; i < n; i += HalfWidth.Step)
            HalfWidth.WriteAny(to, half, row + i, Vector512.Load(e + i) * inverse, Vector512.Load(e + i + HalfWidth.Lanes) * inverse);
    }

    /// <summary>The gradient of x: scale y (gradient - Σ y gradient).</summary>
    /// <param name="y">What <see cref="Forward"/> gave.</param>
    /// <param name="gradient">Gradient of y, contiguous.</param>
    /// <param name="scale">What <see cref="Forward"/> got.</param>
    /// <returns>Shape and type of y, owned by the caller's dispose scope.</returns>
    internal static Tensor Backward(Tensor y, Tensor gradient, float scale)
    {
        var result = empty_like(y);
        var (n, half) = (y.shape[^1], y.dtype == ScalarType.BFloat16);
        var (ys, grads, to) = (Rows.Address(y), Rows.Address(gradient), Rows.Address(result));
        ThreadTeam.For(y.numel() / n, Math.Max(1, Numbers / n), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var row = start * n; row < end * n; row += n)
            {
                var sum = Vector512<float>.Zero;
                for (long i = 0; i < n; i += HalfWidth.Step)
                {
                    var (y0, y1) = HalfWidth.ReadAny(ys, half, row + i);
                    var (g0, g1) = HalfWidth.ReadAny(grads, half, row + i);
                    sum += y0 * g0 + y1 * g1;
                }
                var (mean, factor) = (Vector512.Create(Vector512.Sum(sum)), Vector512.Create(scale));
                for (long i = 0; i < n; i += HalfWidth.Step)
                {
                    var (y0, y1) = HalfWidth.ReadAny(ys, half, row + i);
                    var (g0, g1) = HalfWidth.ReadAny(grads, half, row + i);
                    HalfWidth.WriteAny(to, half, row + i, y0 * factor * (g0 - mean), y1 * factor * (g1 - mean));
                }
            }
        });
        return result;
    }
}

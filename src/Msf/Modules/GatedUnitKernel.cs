using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>The gated unit silu(a) b of SwiGLU and its gradients on the CPU, in float32 arithmetic whatever the tensors' type.</summary>
internal static unsafe class GatedUnitKernel
{
    private const long RowGrain = 16;

    /// <summary>silu(a + bias) (b + bias), a the first half of a row, b the second.</summary>
    /// <param name="x">Rows that <see cref="Rows.Takes(Tensor)"/> accepts, (..., 2 H), H a multiple of 16.</param>
    /// <param name="bias">(2 H).</param>
    /// <returns>(..., H), owned by the caller's dispose scope.</returns>
    internal static Tensor Forward(Tensor x, Tensor bias)
    {
        var (h, half) = (x.shape[^1] / 2, x.dtype == ScalarType.BFloat16);
        var y = empty([.. x.shape[..^1], h], dtype: x.dtype);
        var (from, shift, to) = (Rows.Address(x), Rows.Address(bias), Rows.Address(y));
        ThreadTeam.For(y.numel() / h, RowGrain, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                for (long i = 0; i < h; i += HalfWidth.Lanes)
                {
                    var a = HalfWidth.ReadLanes(from, half, row * 2 * h + i) + HalfWidth.ReadLanes(shift, half, i);
                    var b = HalfWidth.ReadLanes(from, half, row * 2 * h + h + i) + HalfWidth.ReadLanes(shift, half, h + i);
                    HalfWidth.WriteLanes(to, half, row * h + i, a * Logistic(a) * b);
                }
            }
        });
        return y;
    }

    /// <summary>The gradients of x and bias.</summary>
    /// <param name="x">What <see cref="Forward"/> got.</param>
    /// <param name="bias">What it got.</param>
    /// <param name="gradient">Gradient of its result, (..., H), contiguous.</param>
    /// <returns>(..., 2 H) and (2 H), owned by the caller's dispose scope.</returns>
    internal static (Tensor X, Tensor Bias) Backward(Tensor x, Tensor bias, Tensor gradient)
    {
        var (h, half) = (x.shape[^1] / 2, x.dtype == ScalarType.BFloat16);
        var result = empty_like(x);
        var (from, shift, grads, to) = (Rows.Address(x), Rows.Address(bias), Rows.Address(gradient), Rows.Address(result));
        var total = RowSums.Over(gradient.numel() / h, 2 * h, x.dtype, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end, sums) =>
        {
            for (var row = start; row < end; row++)
            {
                for (long i = 0; i < h; i += HalfWidth.Lanes)
                {
                    var a = HalfWidth.ReadLanes(from, half, row * 2 * h + i) + HalfWidth.ReadLanes(shift, half, i);
                    var b = HalfWidth.ReadLanes(from, half, row * 2 * h + h + i) + HalfWidth.ReadLanes(shift, half, h + i);
                    var (g, s) = (HalfWidth.ReadLanes(grads, half, row * h + i), Logistic(a));
                    var gateGradient = g * b * Vector512.FusedMultiplyAdd(a, s * (Vector512<float>.One - s), s);
                    var valueGradient = g * a * s;
                    RowSums.Add(sums + i, gateGradient);
                    RowSums.Add(sums + h + i, valueGradient);
                    HalfWidth.WriteLanes(to, half, row * 2 * h + i, gateGradient);
                    HalfWidth.WriteLanes(to, half, row * 2 * h + h + i, valueGradient);
                }
            }
        }, inOrder: true);
        return (result, total);
    }

    // Bounded, so that a times it stays finite where it is next to nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Logistic(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + VectorExp.Of(-x));
}

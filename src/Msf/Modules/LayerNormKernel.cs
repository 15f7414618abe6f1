using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// Adaptive layer norm and its gradients on the CPU, in float32 arithmetic whatever the tensors' type: tokens are read once and written
/// once, where operation by operation they cross memory seven times forward and back. An image is computed by one thread in a fixed
/// order, so neither its batch nor the number of threads matters.
/// </summary>
internal static unsafe class LayerNormKernel
{
    /// <summary>y = (x - mean) / deviation (1 + scale) + shift, for every token.</summary>
    /// <param name="x">Tokens that <see cref="Rows.Takes(Tensor)"/> accepts, (B, N, D).</param>
    /// <param name="shift">(B, 1, D), contiguous.</param>
    /// <param name="scale">(B, 1, D), contiguous.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>y, and mean and inverse deviation of every token, float32 (B, N, 2); owned by the caller's dispose scope.</returns>
    internal static (Tensor Y, Tensor Moments) Forward(Tensor x, Tensor shift, Tensor scale, float epsilon)
    {
        var (y, moments) = (empty_like(x), empty(x.shape[0], x.shape[1], 2, dtype: ScalarType.Float32));
        var (n, d, half) = (x.shape[1], x.shape[2], x.dtype == ScalarType.BFloat16);
        var (xs, ys, shifts, scales, stats) = (Rows.Address(x), Rows.Address(y), Rows.Address(shift), Rows.Address(scale), Rows.Address(moments));
        ThreadTeam.For(x.shape[0] * n, n, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var token = start; token < end; token++)
            {
                var (row, image) = (token * d, token / n * d);
                var (mean, inverse) = Moments(xs, half, row, d, epsilon);
                (((float*)stats)[2 * token], ((float*)stats)[2 * token + 1]) = (mean, inverse);
                var (m, r) = (Vector512.Create(mean), Vector512.Create(inverse));
                for (long i = 0; i < d; i += HalfWidth.Step)
                {
                    var (x0, x1) = HalfWidth.ReadAny(xs, half, row + i);
                    var (a0, a1) = HalfWidth.ReadAny(scales, half, image + i);
                    var (b0, b1) = HalfWidth.ReadAny(shifts, half, image + i);
                    HalfWidth.WriteAny(
                        ys, half, row + i, (x0 - m) * r * (Vector512<float>.One + a0) + b0, (x1 - m) * r * (Vector512<float>.One + a1) + b1);
                }
            }
        });
        return (y, moments);
    }

    /// <summary>The gradients of tokens, shift and scale.</summary>
    /// <param name="x">What <see cref="Forward"/> got, (B, N, D).</param>
    /// <param name="scale">What it got, (B, 1, D).</param>
    /// <param name="moments">What it gave, (B, N, 2).</param>
    /// <param name="gradient">Gradient of y, of the shape and type of x, contiguous.</param>
    /// <returns>(B, N, D), (B, 1, D) and (B, 1, D), owned by the caller's dispose scope.</returns>
    internal static (Tensor X, Tensor Shift, Tensor Scale) Backward(Tensor x, Tensor scale, Tensor moments, Tensor gradient)
    {
        var (dx, dShift, dScale) = (empty_like(x), empty_like(scale), empty_like(scale));
        var what = new Gradients(
            Rows.Address(x), Rows.Address(scale), Rows.Address(moments), Rows.Address(gradient), Rows.Address(dx), Rows.Address(dShift), Rows.Address(dScale),
            x.dtype == ScalarType.BFloat16, x.shape[1], x.shape[2]);
        ThreadTeam.For(x.shape[0], 1, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            var sums = new float[2 * what.D];                                                 // of shift, of scale
            fixed (float* pinned = sums)
                for (var image = start; image < end; image++) Image(what, image, pinned);
        });
        return (dx, dShift, dScale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Image(in Gradients what, long image, float* sums)
    {
        var (d, half, scales) = (what.D, what.Half, image * what.D);
        new Span<float>(sums, (int)(2 * d)).Clear();
        for (var token = image * what.N; token < (image + 1) * what.N; token++)
        {
            var row = token * d;
            var (m, r) = (Vector512.Create(((float*)what.Moments)[2 * token]), Vector512.Create(((float*)what.Moments)[2 * token + 1]));
            var (plain, weighted) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (long i = 0; i < d; i += HalfWidth.Step)
            {
                var (x0, x1) = HalfWidth.ReadAny(what.X, half, row + i);
                var (g0, g1) = HalfWidth.ReadAny(what.Gradient, half, row + i);
                var (a0, a1) = HalfWidth.ReadAny(what.Scale, half, scales + i);
                (x0, x1) = ((x0 - m) * r, (x1 - m) * r);
                RowSums.Add(sums + i, g0);
                RowSums.Add(sums + i + HalfWidth.Lanes, g1);
                RowSums.Add(sums + d + i, g0 * x0);
                RowSums.Add(sums + d + i + HalfWidth.Lanes, g1 * x1);
                (g0, g1) = (g0 * (Vector512<float>.One + a0), g1 * (Vector512<float>.One + a1));
                plain += g0 + g1;
                weighted += g0 * x0 + g1 * x1;
            }
            var (mean, slope) = (Vector512.Create(Vector512.Sum(plain) / d), Vector512.Create(Vector512.Sum(weighted) / d));
            for (long i = 0; i < d; i += HalfWidth.Step)
            {
                var (x0, x1) = HalfWidth.ReadAny(what.X, half, row + i);
                var (g0, g1) = HalfWidth.ReadAny(what.Gradient, half, row + i);
                var (a0, a1) = HalfWidth.ReadAny(what.Scale, half, scales + i);
                HalfWidth.WriteAny(
                    what.XGradient, half, row + i,
                    r * (g0 * (Vector512<float>.One + a0) - mean - (x0 - m) * r * slope),
                    r * (g1 * (Vector512<float>.One + a1) - mean - (x1 - m) * r * slope));
            }
        }
        for (long i = 0; i < d; i += HalfWidth.Step)
        {
            HalfWidth.WriteAny(what.ShiftGradient, half, scales + i, Vector512.Load(sums + i), Vector512.Load(sums + i + HalfWidth.Lanes));
            HalfWidth.WriteAny(what.ScaleGradient, half, scales + i, Vector512.Load(sums + d + i), Vector512.Load(sums + d + i + HalfWidth.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Mean, float Inverse) Moments(nint x, bool half, long row, long d, float epsilon)
    {
        var sum = Vector512<float>.Zero;
        for (long i = 0; i < d; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.ReadAny(x, half, row + i);
            sum += low + high;
        }
        var mean = Vector512.Sum(sum) / d;
        var squares = Vector512<float>.Zero;
        for (long i = 0; i < d; i += HalfWidth.Step)
        {
            var (low, high) = HalfWidth.ReadAny(x, half, row + i);
            (low, high) = (low - Vector512.Create(mean), high - Vector512.Create(mean));
            squares += low * low + high * high;
        }
        return (mean, 1 / MathF.Sqrt(Vector512.Sum(squares) / d + epsilon));
    }

    private readonly record struct Gradients(
        nint X, nint Scale, nint Moments, nint Gradient, nint XGradient, nint ShiftGradient, nint ScaleGradient, bool Half, long N, long D);
}

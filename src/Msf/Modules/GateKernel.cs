using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// The gated residual x + gate (y + bias) and its gradients on the CPU, in float32 arithmetic whatever the tensors' type. An image is computed by one
/// thread in a fixed order, so neither its batch nor the number of threads matters.
/// </summary>
internal static unsafe class GateKernel
{
    /// <summary>x + gate (y + bias).</summary>
    /// <param name="x">Tokens that <see cref="Rows.Takes(Tensor)"/> accepts, (B, N, D).</param>
    /// <param name="gate">(B, 1, D), contiguous.</param>
    /// <param name="y">(B, N, D), contiguous.</param>
    /// <param name="bias">(D).</param>
    /// <returns>(B, N, D), owned by the caller's dispose scope.</returns>
    internal static Tensor Forward(Tensor x, Tensor gate, Tensor y, Tensor bias)
    {
        var result = empty_like(x);
        var (n, d, half) = (x.shape[1], x.shape[2], x.dtype == ScalarType.BFloat16);
        var (xs, gates, ys, biases, to) = (Rows.Address(x), Rows.Address(gate), Rows.Address(y), Rows.Address(bias), Rows.Address(result));
        ThreadTeam.For(x.shape[0] * n, n, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var token = start; token < end; token++)
            {
                var (row, image) = (token * d, token / n * d);
                for (long i = 0; i < d; i += HalfWidth.Step)
                {
                    var (x0, x1) = HalfWidth.ReadAny(xs, half, row + i);
                    var (g0, g1) = HalfWidth.ReadAny(gates, half, image + i);
                    var (y0, y1) = HalfWidth.ReadAny(ys, half, row + i);
                    var (b0, b1) = HalfWidth.ReadAny(biases, half, i);
                    HalfWidth.WriteAny(to, half, row + i, x0 + g0 * (y0 + b0), x1 + g1 * (y1 + b1));
                }
            }
        });
        return result;
    }

    /// <summary>The gradients of gate, y and bias; that of x is the gradient itself.</summary>
    /// <param name="gate">What <see cref="Forward"/> got.</param>
    /// <param name="y">What it got.</param>
    /// <param name="bias">What it got.</param>
    /// <param name="gradient">Gradient of the result, (B, N, D), contiguous.</param>
    /// <returns>(B, 1, D), (B, N, D) and (D), owned by the caller's dispose scope.</returns>
    internal static (Tensor Gate, Tensor Y, Tensor Bias) Backward(Tensor gate, Tensor y, Tensor bias, Tensor gradient)
    {
        var (dGate, dY, dBias) = (empty_like(gate), empty_like(y), empty_like(bias));
        var (b, n, d, half) = (y.shape[0], y.shape[1], y.shape[2], y.dtype == ScalarType.BFloat16);
        using var partial = empty(b, d, dtype: ScalarType.Float32);                           // sums of the gradient over an image's tokens
        var (gates, ys, biases, grads, toGate, toY, toBias, plain) = (
            Rows.Address(gate), Rows.Address(y), Rows.Address(bias), Rows.Address(gradient),
            Rows.Address(dGate), Rows.Address(dY), Rows.Address(dBias), Rows.Address(partial));
        ThreadTeam.For(b, 1, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            var sums = new float[d];
            fixed (float* sum = sums)
            {
                for (var image = start; image < end; image++)
                {
                    var total = (float*)plain + image * d;
                    sums.AsSpan().Clear();
                    new Span<float>(total, (int)d).Clear();
                    for (var row = image * n * d; row < (image + 1) * n * d; row += d)
                    {
                        for (long i = 0; i < d; i += HalfWidth.Step)
                        {
                            var (y0, y1) = HalfWidth.ReadAny(ys, half, row + i);
                            var (g0, g1) = HalfWidth.ReadAny(grads, half, row + i);
                            var (w0, w1) = HalfWidth.ReadAny(gates, half, image * d + i);
                            RowSums.Add(sum + i, g0 * y0);
                            RowSums.Add(sum + i + HalfWidth.Lanes, g1 * y1);
                            RowSums.Add(total + i, g0);
                            RowSums.Add(total + i + HalfWidth.Lanes, g1);
                            HalfWidth.WriteAny(toY, half, row + i, g0 * w0, g1 * w1);
                        }
                    }
                    for (long i = 0; i < d; i += HalfWidth.Step)
                    {
                        var (a0, a1) = (Vector512.Load(total + i), Vector512.Load(total + i + HalfWidth.Lanes));
                        var (b0, b1) = HalfWidth.ReadAny(biases, half, i);
                        HalfWidth.WriteAny(
                            toGate, half, image * d + i, Vector512.Load(sum + i) + b0 * a0, Vector512.Load(sum + i + HalfWidth.Lanes) + b1 * a1);
                        var (w0, w1) = HalfWidth.ReadAny(gates, half, image * d + i);
                        (w0 * a0).Store(total + i);
                        (w1 * a1).Store(total + i + HalfWidth.Lanes);
                    }
                }
            }
        });
        for (long i = 0; i < d; i += HalfWidth.Step)
        {
            var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (long image = 0; image < b; image++)
            {
                first += Vector512.Load((float*)plain + image * d + i);
                second += Vector512.Load((float*)plain + image * d + i + HalfWidth.Lanes);
            }
            HalfWidth.WriteAny(toBias, half, i, first, second);
        }
        return (dGate, dY, dBias);
    }
}

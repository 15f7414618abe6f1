using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// The gated residual x + gate y and its gradients on the CPU, in float32 arithmetic whatever the tensors' type. An image is computed by one
/// thread in a fixed order, so neither its batch nor the number of threads matters.
/// </summary>
internal static unsafe class GateKernel
{
    /// <summary>x + gate y.</summary>
    /// <param name="x">Tokens that <see cref="LayerNormKernel.Takes"/> accepts, (B, N, D).</param>
    /// <param name="gate">(B, 1, D), contiguous.</param>
    /// <param name="y">(B, N, D), contiguous.</param>
    /// <returns>(B, N, D), owned by the caller's dispose scope.</returns>
    internal static Tensor Forward(Tensor x, Tensor gate, Tensor y)
    {
        var result = empty_like(x);
        var (n, d, half) = (x.shape[1], x.shape[2], x.dtype == ScalarType.BFloat16);
        var (xs, gates, ys, to) = (Address(x), Address(gate), Address(y), Address(result));
        ThreadTeam.For(x.shape[0] * n, n, (start, end) =>
        {
            for (var token = start; token < end; token++)
            {
                var (row, image) = (token * d, token / n * d);
                for (long i = 0; i < d; i += HalfWidth.Step)
                {
                    var (x0, x1) = HalfWidth.Read(xs, half, row + i);
                    var (g0, g1) = HalfWidth.Read(gates, half, image + i);
                    var (y0, y1) = HalfWidth.Read(ys, half, row + i);
                    HalfWidth.Write(to, half, row + i, x0 + g0 * y0, x1 + g1 * y1);
                }
            }
        });
        return result;
    }

    /// <summary>The gradients of gate and y; that of x is the gradient itself.</summary>
    /// <param name="gate">What <see cref="Forward"/> got.</param>
    /// <param name="y">What it got.</param>
    /// <param name="gradient">Gradient of the result, (B, N, D), contiguous.</param>
    /// <returns>(B, 1, D) and (B, N, D), owned by the caller's dispose scope.</returns>
    internal static (Tensor Gate, Tensor Y) Backward(Tensor gate, Tensor y, Tensor gradient)
    {
        var (dGate, dY) = (empty_like(gate), empty_like(y));
        var (n, d, half) = (y.shape[1], y.shape[2], y.dtype == ScalarType.BFloat16);
        var (gates, ys, grads, toGate, toY) = (Address(gate), Address(y), Address(gradient), Address(dGate), Address(dY));
        ThreadTeam.For(y.shape[0], 1, (start, end) =>
        {
            var sums = new float[d];
            fixed (float* sum = sums)
            {
                for (var image = start; image < end; image++)
                {
                    sums.AsSpan().Clear();
                    for (var row = image * n * d; row < (image + 1) * n * d; row += d)
                    {
                        for (long i = 0; i < d; i += HalfWidth.Step)
                        {
                            var (y0, y1) = HalfWidth.Read(ys, half, row + i);
                            var (g0, g1) = HalfWidth.Read(grads, half, row + i);
                            var (w0, w1) = HalfWidth.Read(gates, half, image * d + i);
                            (Vector512.Load(sum + i) + g0 * y0).Store(sum + i);
                            (Vector512.Load(sum + i + 16) + g1 * y1).Store(sum + i + 16);
                            HalfWidth.Write(toY, half, row + i, g0 * w0, g1 * w1);
                        }
                    }
                    for (long i = 0; i < d; i += HalfWidth.Step)
                        HalfWidth.Write(toGate, half, image * d + i, Vector512.Load(sum + i), Vector512.Load(sum + i + 16));
                }
            }
        });
        return (dGate, dY);
    }

    private static nint Address(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}

using System.Runtime.CompilerServices;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>Moves numbers between tokens and heads on the CPU, adding the bias of their projection on the way.</summary>
internal static unsafe class HeadKernel
{
    private const long RowGrain = 16;

    /// <summary>From (B, N, parts x heads x size) to heads.</summary>
    /// <param name="x">Rows that <see cref="Rows.Takes(Tensor)"/> accepts, (B, N, M).</param>
    /// <param name="bias">(M).</param>
    /// <param name="heads">Number of heads h.</param>
    /// <param name="counts">How many parts each result holds; head size and all parts follow from them and M.</param>
    /// <returns>Tensors (count, B h, N, d), owned by the caller's dispose scope.</returns>
    internal static Tensor[] Split(Tensor x, Tensor bias, int heads, int[] counts)
    {
        var (b, n, m, half) = (x.shape[0], x.shape[1], x.shape[2], x.dtype == ScalarType.BFloat16);
        var (h, d) = ((long)heads, m / counts.Sum() / heads);
        var results = Array.ConvertAll(counts, count => empty(count, b * h, n, d, dtype: x.dtype));
        var (from, shift, to) = (Rows.Address(x), Rows.Address(bias), Places(results, counts, half));
        ThreadTeam.For(b * n, RowGrain, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var token = start; token < end; token++)
            {
                var (image, place, i) = (token / n, token % n, 0L);
                for (var part = 0; part < to.Length; part++)
                {
                    for (long head = 0; head < h; head++)
                    {
                        var row = ((image * h + head) * n + place) * d;
                        for (long j = 0; j < d; j += HalfWidth.Step, i += HalfWidth.Step)
                        {
                            var (x0, x1) = HalfWidth.ReadAny(from, half, token * m + i);
                            var (b0, b1) = HalfWidth.ReadAny(shift, half, i);
                            HalfWidth.WriteAny(to[part], half, row + j, x0 + b0, x1 + b1);
                        }
                    }
                }
            }
        });
        return results;
    }

    /// <summary>The gradients of what <see cref="Split"/> got.</summary>
    /// <param name="gradients">Those of its results, contiguous.</param>
    /// <param name="counts">What it got.</param>
    /// <param name="batch">Images B.</param>
    /// <returns>(B, N, M) and (M), owned by the caller's dispose scope.</returns>
    internal static (Tensor X, Tensor Bias) Join(Tensor[] gradients, int[] counts, long batch)
    {
        var (n, d, h) = (gradients[0].shape[2], gradients[0].shape[3], gradients[0].shape[1] / batch);
        var (m, half) = (counts.Sum() * h * d, gradients[0].dtype == ScalarType.BFloat16);
        var result = empty(batch, n, m, dtype: gradients[0].dtype);
        var (from, to) = (Places(gradients, counts, half), Rows.Address(result));
        var bias = RowSums.Over(batch * n, m, result.dtype, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end, sums) =>
        {
            for (var token = start; token < end; token++)
            {
                var (image, place, i) = (token / n, token % n, 0L);
                for (var part = 0; part < from.Length; part++)
                {
                    for (long head = 0; head < h; head++)
                    {
                        var row = ((image * h + head) * n + place) * d;
                        for (long j = 0; j < d; j += HalfWidth.Step, i += HalfWidth.Step)
                        {
                            var (g0, g1) = HalfWidth.ReadAny(from[part], half, row + j);
                            RowSums.Add(sums + i, g0);
                            RowSums.Add(sums + i + HalfWidth.Lanes, g1);
                            HalfWidth.WriteAny(to, half, token * m + i, g0, g1);
                        }
                    }
                }
            }
        });
        return (result, bias);
    }

    /// <summary>From heads to tokens.</summary>
    /// <param name="x">(B h, N, d), contiguous.</param>
    /// <param name="heads">Number of heads h.</param>
    /// <returns>(B, N, h d), owned by the caller's dispose scope.</returns>
    internal static Tensor Merge(Tensor x, int heads)
    {
        var (b, n, d) = (x.shape[0] / heads, x.shape[1], x.shape[2]);
        var result = empty(b, n, heads * d, dtype: x.dtype);
        Move(x, result, heads, toHeads: false);
        return result;
    }

    /// <summary>From tokens to heads.</summary>
    /// <param name="x">(B, N, h d), contiguous.</param>
    /// <param name="heads">Number of heads h.</param>
    /// <returns>(B h, N, d), owned by the caller's dispose scope.</returns>
    internal static Tensor Part(Tensor x, int heads)
    {
        var (b, n, d) = (x.shape[0], x.shape[1], x.shape[2] / heads);
        var result = empty(b * heads, n, d, dtype: x.dtype);
        Move(result, x, heads, toHeads: true);
        return result;
    }

    private static void Move(Tensor parted, Tensor tokens, int heads, bool toHeads)
    {
        var (b, n, d) = (tokens.shape[0], tokens.shape[1], parted.shape[2]);
        var bytes = d * tokens.element_size();
        var (headAddress, tokenAddress) = (Rows.Address(parted), Rows.Address(tokens));
        ThreadTeam.For(b * n, RowGrain, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var token = start; token < end; token++)
            {
                for (long head = 0; head < heads; head++)
                {
                    var own = (void*)(headAddress + (nint)(((token / n * heads + head) * n + token % n) * bytes));
                    var row = (void*)(tokenAddress + (nint)((token * heads + head) * bytes));
                    Buffer.MemoryCopy(toHeads ? row : own, toHeads ? own : row, bytes, bytes);
                }
            }
        });
    }

    // Where each part begins.
    private static nint[] Places(Tensor[] tensors, int[] counts, bool half) =>
    [
        .. tensors.Zip(counts).SelectMany(pair => Enumerable.Range(0, pair.Second).Select(
            i => Rows.Address(pair.First) + (nint)(i * pair.First.numel() / pair.Second * (half ? 2 : 4)))),
    ];
}

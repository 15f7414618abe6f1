using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// Passes over the rows of a matrix that sum columns on the way: what the gradient of a bias is. Rows go in blocks of a fixed size, and the
/// sums of the blocks are added in their order, so that the number of threads does not matter.
/// </summary>
internal static unsafe class RowSums
{
    /// <summary>Rows of a block, each of which has sums of its own.</summary>
    internal const long Block = 64;

    private const long Columns = 256;                                                         // worth a thread

    /// <summary>Does rows <paramref name="start"/> to <paramref name="end"/>, one block, and adds to the sums, <c>width</c> floats.</summary>
    internal delegate void Body(long start, long end, float* sums);

    /// <summary>Passes over all rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Columns to sum, a multiple of 32.</param>
    /// <param name="type">Type of the result, float32 or bfloat16.</param>
    /// <param name="body">The pass over a block.</param>
    /// <param name="inOrder">Whether the body adds columns in their order; else as <see cref="HalfWidth.ReadAny"/> reads them.</param>
    /// <returns>The sums, (width), owned by the caller's dispose scope.</returns>
    internal static Tensor Over(long rows, long width, ScalarType type, Body body, bool inOrder = false)
    {
        var blocks = (rows + Block - 1) / Block;
        var result = empty(width, dtype: type);
        using var partial = empty(blocks, width, dtype: ScalarType.Float32);
        var (sums, to, half) = (Rows.Address(partial), Rows.Address(result), type == ScalarType.BFloat16);
        ThreadTeam.For(blocks, 1, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var block = start; block < end; block++)
            {
                var own = (float*)sums + block * width;
                new Span<float>(own, (int)width).Clear();
                body(block * Block, Math.Min((block + 1) * Block, rows), own);
            }
        });
        ThreadTeam.For(width, Columns, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, end) =>
        {
            for (var i = start; i < end; i += HalfWidth.Step)
            {
                var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
                for (long block = 0; block < blocks; block++)
                {
                    first += Vector512.Load((float*)sums + block * width + i);
                    second += Vector512.Load((float*)sums + block * width + i + HalfWidth.Lanes);
                }
                if (inOrder) HalfWidth.Write(to, half, i, first, second);
                else HalfWidth.WriteAny(to, half, i, first, second);
            }
        });
        return result;
    }

    /// <summary>Adds 16 floats to sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(float* to, Vector512<float> values) => (Vector512.Load(to) + values).Store(to);
}

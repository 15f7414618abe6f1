using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Factorization;

/// <summary>
/// The Down and Up of the factorization, by a factor of exactly 2 in two spatial dimensions.
/// </summary>
/// <remarks>
/// An odd size n has (n + 1) / 2 cells, the last of which is cut: Down takes the mean of what the cell still holds, Up makes
/// 2 * cells values and drops the last. So an odd target keeps the sampling positions of an even one, nothing is padded, and with
/// <see cref="UpsampleFilter.Nearest"/> <c>Down(Up(b)) = b</c> for every size.
/// </remarks>
public static class Resampling
{
    private const int SpatialDimensions = 2;

    /// <summary>Area mean of 2x2 cells; a cell cut by an odd size is the mean of the values it has.</summary>
    /// <param name="x">(B, C, H, W), floating point.</param>
    /// <returns>(B, C, ceil(H/2), ceil(W/2)), type and device of <paramref name="x"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The rank is not 4 or a size is 0.</exception>
    public static Tensor Down(Tensor x)
    {
        RequirePlanes(x, nameof(x));
        return nn.functional.avg_pool2d(x, [2, 2], [2, 2], [0, 0], ceil_mode: true, count_include_pad: false);  // (B, C, h, w)
    }

    /// <summary>Doubles both spatial sizes (half-pixel centres), then crops to <paramref name="spatialSize"/>.</summary>
    /// <param name="b">(B, C, h, w), floating point.</param>
    /// <param name="spatialSize">(H, W) of the result; <see cref="DownSize"/> of it must be (h, w).</param>
    /// <param name="f">The interpolation.</param>
    /// <returns>(B, C, H, W), type and device of <paramref name="b"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The rank is not 4, or no target of that size has this coarser level.</exception>
    public static Tensor Up(Tensor b, ReadOnlySpan<long> spatialSize, UpsampleFilter f)
    {
        RequirePlanes(b, nameof(b));
        var cells = b.shape.AsSpan(2);
        if (!DownSize(spatialSize).AsSpan().SequenceEqual(cells))
            throw new ArgumentException(
                $"b has spatial size {ShapeGuard.Format(cells)}, expected {ShapeGuard.Format(DownSize(spatialSize))}, "
                + $"the coarser level of {ShapeGuard.Format(spatialSize)}: pass the size of the level that b was made from.", nameof(b));

        using var scope = NewDisposeScope();
        long[] doubled = [2 * cells[0], 2 * cells[1]];
        var up = f switch                                                                        // (B, C, 2h, 2w)
        {
            UpsampleFilter.Bilinear => nn.functional.interpolate(b, doubled, mode: InterpolationMode.Bilinear, align_corners: false),
            UpsampleFilter.Nearest => nn.functional.interpolate(b, doubled, mode: InterpolationMode.Nearest),
            _ => throw new ArgumentOutOfRangeException(nameof(f), f, "expected Bilinear or Nearest."),
        };
        if (!spatialSize.SequenceEqual(doubled))
            up = up.narrow(2, 0, spatialSize[0]).narrow(3, 0, spatialSize[1]).contiguous();      // (B, C, H, W)
        return up.MoveToOuterDisposeScope();
    }

    /// <summary>The spatial size of the next coarser level: half of each size, rounded up.</summary>
    /// <param name="spatial">(H, W), each at least 1.</param>
    /// <returns>(ceil(H/2), ceil(W/2)).</returns>
    /// <exception cref="ArgumentException">Not two sizes, or one below 1.</exception>
    public static long[] DownSize(ReadOnlySpan<long> spatial)
    {
        if (spatial.Length != SpatialDimensions || spatial.ContainsAnyInRange(long.MinValue, 0L))
            throw new ArgumentException(
                $"spatial size is {ShapeGuard.Format(spatial)}, expected (height, width), each at least 1.", nameof(spatial));
        return [(spatial[0] + 1) / 2, (spatial[1] + 1) / 2];
    }

    private static void RequirePlanes(Tensor x, string name)
    {
        var shape = x.shape;
        if (shape.Length != 2 + SpatialDimensions || shape.AsSpan(2).ContainsAnyInRange(long.MinValue, 0L))
            throw new ArgumentException(
                $"{name} is {ShapeGuard.Format(shape)}, expected (batch, channels, height, width) with height and width at least 1.", name);
    }
}

namespace Msf.Data;

/// <summary>
/// Resamples an image under an affine map, antialiased and in one pass. Each pixel of the result is a weighted mean around the place that it comes from.
/// The weights are <see cref="LanczosKernel"/> along two perpendicular axes, widened along each by what the map shrinks there, so that nothing aliases; beyond
/// its edges the image is mirrored. Shifts by whole pixels and quarter turns therefore only move pixels.
/// </summary>
internal sealed class AffineWarp
{
    private readonly AffineMap _map;
    private readonly (double X, double Y) _axis = (1, 0);                                     // of the larger shrinking, in the source
    private readonly double _along = 1, _across = 1;                                          // how much wider the weights are

    /// <param name="toSource">Where a pixel of the result comes from, both in pixels from the centre; invertible.</param>
    public AffineWarp(AffineMap toSource)
    {
        _map = toSource;
        // Eigenvalues of J Jᵀ: squares of how many pixels of the source one of the result covers, along two axes.
        var (xx, xy) = (toSource.Xx * toSource.Xx + toSource.Xy * toSource.Xy, toSource.Xx * toSource.Yx + toSource.Xy * toSource.Yy);
        var yy = toSource.Yx * toSource.Yx + toSource.Yy * toSource.Yy;
        var (mean, deviation) = ((xx + yy) / 2, Math.Sqrt((xx - yy) * (xx - yy) / 4 + xy * xy));
        const double rounding = 1e-9;
        if (mean + deviation <= 1 + rounding) return;                                         // nothing shrinks
        (_along, _across) = (Math.Sqrt(mean + deviation), Math.Sqrt(Math.Max(1, mean - deviation)));
        if (deviation <= rounding * mean) return;                                             // every axis will do
        var angle = Math.Atan2(2 * xy, xx - yy) / 2;
        _axis = (Math.Cos(angle), Math.Sin(angle));
    }

    /// <summary>Makes the image under the map.</summary>
    /// <param name="source">float32 (3, size, size) in [-1, 1].</param>
    /// <param name="result">Receives float32 (3, size, size) in [-1, 1]; what sharp edges overshoot is cut off.</param>
    /// <param name="size">Width and height.</param>
    public void Apply(ReadOnlySpan<float> source, Span<float> result, int size)
    {
        var reach = LanczosKernel.Radius * (Math.Abs(_axis.X) * _along + Math.Abs(_axis.Y) * _across);
        var depth = LanczosKernel.Radius * (Math.Abs(_axis.Y) * _along + Math.Abs(_axis.X) * _across);
        var columns = new int[(int)(2 * reach) + 2];
        var across = new float[columns.Length];
        var centre = (size - 1) / 2.0;
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var (sourceX, sourceY) = _map.Of(x - centre, y - centre);
                var (red, green, blue) = _axis.Y == 0
                    ? Upright(source, size, sourceX + centre, sourceY + centre, reach, depth, columns, across)
                    : Oblique(source, size, sourceX + centre, sourceY + centre, reach, depth, columns);
                var at = y * size + x;
                (result[at], result[size * size + at], result[2 * size * size + at]) = (Math.Clamp(red, -1, 1), Math.Clamp(green, -1, 1), Math.Clamp(blue, -1, 1));
            }
    }

    // Axes along rows and columns: weights of a column and of a row, multiplied.
    private (float Red, float Green, float Blue) Upright(
        ReadOnlySpan<float> source, int size, double x, double y, double reach, double depth, int[] columns, float[] weights)
    {
        var plane = size * size;
        int first = (int)Math.Ceiling(x - reach), count = (int)Math.Floor(x + reach) - first + 1;
        for (var i = 0; i < count; i++) (columns[i], weights[i]) = (Mirrored(first + i, size), LanczosKernel.At((first + i - x) / _along));
        float red = 0, green = 0, blue = 0, total = 0, sum = 0;
        for (var i = 0; i < count; i++) sum += weights[i];
        for (var row = (int)Math.Ceiling(y - depth); row <= y + depth; row++)
        {
            var weight = LanczosKernel.At((row - y) / _across);
            if (weight == 0) continue;
            var start = Mirrored(row, size) * size;
            float r = 0, g = 0, b = 0;
            for (var i = 0; i < count; i++)
            {
                var at = start + columns[i];
                r += weights[i] * source[at];
                g += weights[i] * source[plane + at];
                b += weights[i] * source[2 * plane + at];
            }
            red += weight * r;
            green += weight * g;
            blue += weight * b;
            total += weight * sum;
        }
        return (red / total, green / total, blue / total);
    }

    private (float Red, float Green, float Blue) Oblique(
        ReadOnlySpan<float> source, int size, double x, double y, double reach, double depth, int[] columns)
    {
        var plane = size * size;
        int first = (int)Math.Ceiling(x - reach), count = (int)Math.Floor(x + reach) - first + 1;
        for (var i = 0; i < count; i++) columns[i] = Mirrored(first + i, size);
        float red = 0, green = 0, blue = 0, total = 0;
        for (var row = (int)Math.Ceiling(y - depth); row <= y + depth; row++)
        {
            var start = Mirrored(row, size) * size;
            for (var i = 0; i < count; i++)
            {
                var (dx, dy) = (first + i - x, row - y);
                var weight = LanczosKernel.At((_axis.X * dx + _axis.Y * dy) / _along);
                if (weight == 0) continue;
                weight *= LanczosKernel.At((_axis.X * dy - _axis.Y * dx) / _across);
                var at = start + columns[i];
                red += weight * source[at];
                green += weight * source[plane + at];
                blue += weight * source[2 * plane + at];
                total += weight;
            }
        }
        return (red / total, green / total, blue / total);
    }

    // The image goes on beyond its edges as in a mirror that stands on its outermost pixels.
    private static int Mirrored(int i, int size)
    {
        if ((uint)i < (uint)size) return i;
        if (size == 1) return 0;
        i = Math.Abs(i) % (2 * size - 2);
        return i < size ? i : 2 * size - 2 - i;
    }
}

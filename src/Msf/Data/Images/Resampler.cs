namespace Msf.Data;

/// <summary>Separable antialiased resampling of 8-bit RGB images: rows first, then columns, edges renormalised.</summary>
internal static class Resampler
{
    /// <summary>Scales an image to the given size; the image itself where nothing changes.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height, ResamplingFilter filter)
    {
        if (image.Width == width && image.Height == height) return image;
        var source = image.Pixels;

        var across = Weights(image.Width, width, filter);
        var rows = new float[3L * width * image.Height];              // (source height, width, 3)
        for (var y = 0; y < image.Height; y++)
            for (var x = 0; x < width; x++)
            {
                var (first, weights) = across[x];
                float r = 0, g = 0, b = 0;
                var from = 3 * (y * image.Width + first);
                foreach (var weight in weights)
                {
                    r += weight * source[from++];
                    g += weight * source[from++];
                    b += weight * source[from++];
                }
                var to = 3 * (y * width + x);
                (rows[to], rows[to + 1], rows[to + 2]) = (r, g, b);
            }

        var down = Weights(image.Height, height, filter);
        var result = new byte[3L * width * height];                   // (height, width, 3)
        var sum = new float[3 * width];
        for (var y = 0; y < height; y++)
        {
            var (first, weights) = down[y];
            Array.Clear(sum);
            for (var k = 0; k < weights.Length; k++)
            {
                var row = rows.AsSpan(3 * width * (first + k), 3 * width);
                for (var i = 0; i < row.Length; i++) sum[i] += weights[k] * row[i];
            }
            for (var i = 0; i < sum.Length; i++) result[3 * width * y + i] = (byte)Math.Clamp(sum[i] + 0.5f, 0, 255);
        }
        return new RgbImage(result, width, height);
    }

    /// <summary>For every pixel of a resized row the first pixel that it is made of, and the weights from there on, which add up to 1.</summary>
    internal static (int First, float[] Weights)[] Weights(int from, int to, ResamplingFilter filter)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1);
        var radius = stretch * filter switch { ResamplingFilter.Box => 0.5, ResamplingFilter.Bilinear => 1, _ => 2 };
        var all = new (int, float[])[to];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - radius + 0.5));
            var end = Math.Min(from, (int)(centre + radius + 0.5));
            var weights = new double[end - first];
            for (var k = 0; k < weights.Length; k++) weights[k] = Kernel((first + k + 0.5 - centre) / stretch, filter);
            var total = weights.Sum();
            all[i] = (first, Array.ConvertAll(weights, w => (float)(w / total)));
        }
        return all;
    }

    private static double Kernel(double x, ResamplingFilter filter)
    {
        if (filter == ResamplingFilter.Box) return x is > -0.5 and <= 0.5 ? 1 : 0;
        const double a = -0.5;
        x = Math.Abs(x);
        if (filter == ResamplingFilter.Bilinear) return Math.Max(0, 1 - x);
        if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}

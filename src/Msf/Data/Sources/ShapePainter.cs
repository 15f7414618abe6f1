namespace Msf.Data;

/// <summary>Draws one filled shape on a plain ground; edges are smoothed by 4x4 samples per pixel.</summary>
internal static class ShapePainter
{
    private const int Samples = 4;

    /// <summary>Draws a shape whose place, extent and colours come from <paramref name="random"/>.</summary>
    /// <param name="shape">What to draw.</param>
    /// <param name="size">Width and height of the image in pixels.</param>
    /// <param name="random">The image's own generator.</param>
    public static RgbImage Paint(Shape shape, int size, SplitMix64 random)
    {
        var radius = size * random.Between(0.22, 0.40);
        var x0 = random.Between(radius, size - radius);
        var y0 = random.Between(radius, size - radius);
        // One dark and one full channel: the colour stands out against any of the pale grounds.
        var ground = new[] { random.Between(200, 256), random.Between(200, 256), random.Between(200, 256) };
        var paint = new[] { random.Between(0, 256), random.Between(0, 256), random.Between(0, 256) };
        paint[random.Below(3)] = random.Between(0, 50);

        var pixels = new byte[3 * size * size];
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var covered = Coverage(shape, x - x0, y - y0, radius);
                for (var channel = 0; channel < 3; channel++)
                    pixels[3 * (y * size + x) + channel] = (byte)(ground[channel] + covered * (paint[channel] - ground[channel]));
            }
        return new RgbImage(pixels, size, size);
    }

    private static double Coverage(Shape shape, double left, double top, double radius)
    {
        var inside = 0;
        for (var i = 0; i < Samples; i++)
            for (var j = 0; j < Samples; j++)
                if (Contains(shape, (left + (i + 0.5) / Samples) / radius, (top + (j + 0.5) / Samples) / radius)) inside++;
        return inside / (double)(Samples * Samples);
    }

    // Coordinates in units of the radius, y downwards.
    private static bool Contains(Shape shape, double x, double y) => shape switch
    {
        Shape.Circle => x * x + y * y <= 1,
        Shape.Square => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.85,
        Shape.Triangle => y <= 0.85 && y >= 2 * Math.Abs(x) - 1,
        Shape.Cross => Math.Min(Math.Abs(x), Math.Abs(y)) <= 0.3 && Math.Max(Math.Abs(x), Math.Abs(y)) <= 1,
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, null),
    };
}

using Msf.Data;

namespace Msf.Tests.Data;

public sealed class AffineWarpTests
{
    private const int Size = 32;

    [Fact]
    public void The_identity_changes_no_bit()
    {
        var image = Noise(Size);
        Assert.Equal(image, Warp(image, Size, AffineMap.Identity));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, -5)]
    [InlineData(-7, 2)]
    [InlineData(40, -70)]
    public void Whole_pixels_are_moved_as_they_are_and_the_image_goes_on_mirrored(int right, int down)
    {
        var image = Noise(Size);
        var moved = Warp(image, Size, AffineMap.Translation(-right, -down));
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < Size; y++)
                for (var x = 0; x < Size; x++)
                    Assert.Equal(At(image, channel, Reflected(y - down), Reflected(x - right)), At(moved, channel, y, x), 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quarter_turns_move_pixels_as_they_are(int quarters)
    {
        foreach (var size in new[] { Size, Size - 1 })
        {
            var image = Noise(size);
            var turned = Warp(image, size, AffineMap.Rotation(quarters * Math.PI / 2));
            for (var i = 0; i < image.Length; i++)
            {
                var (y, x) = (i % (size * size) / size, i % size);
                for (var q = 0; q < quarters; q++) (y, x) = (x, size - 1 - y);                // where the pixel of the result was before
                Assert.Equal(image[i - i % (size * size) + y * size + x], turned[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Waves_that_the_pixels_can_carry_are_resampled_as_waves()
    {
        static double Wave(double x, double y) => 0.5 * Math.Sin(0.9 * x + 0.4 * y) + 0.3 * Math.Cos(0.5 * x - 1.1 * y);
        const double centre = (Size - 1) / 2.0;
        var image = Image(Size, (x, y) => Wave(x - centre, y - centre));
        AffineMap[] maps =
        [
            AffineMap.Translation(0.37, -0.61),
            AffineMap.Rotation(0.7),
            AffineMap.Rotation(-2).After(AffineMap.Translation(1.2, 0.3)),
            AffineMap.Scaling(1 / 1.5, 1 / 1.5),
            AffineMap.Scaling(1.2, 1.2),
            AffineMap.Rotation(0.3).After(AffineMap.Scaling(1.3, 1 / 1.3)).After(AffineMap.Rotation(-0.3)),
            AffineMap.Rotation(0.3).After(AffineMap.Scaling(1.15, 1.05)).After(AffineMap.Rotation(1)),
        ];
        foreach (var map in maps)
        {
            var result = Warp(image, Size, map);
            var (worst, compared) = (0.0, 0);
            for (var y = 0; y < Size; y++)
                for (var x = 0; x < Size; x++)
                {
                    var (sourceX, sourceY) = map.Of(x - centre, y - centre);
                    if (Math.Max(Math.Abs(sourceX), Math.Abs(sourceY)) > centre - 6) continue;  // the edge mirrors, a wave goes on
                    worst = Math.Max(worst, Math.Abs(Wave(sourceX, sourceY) - At(result, 1, y, x)));
                    compared++;
                }
            Assert.True(compared > 200, $"{compared} pixels compared");
            Assert.True(worst < 0.025, $"{map}: {worst:F4}");
        }
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(2, 2, 0.5)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 1, 1.5707963267948966)]
    public void What_the_result_cannot_carry_becomes_grey_instead_of_aliasing(double along, double across, double axis)
    {
        // Stripes a pixel wide, shrunk across; without widened weights every second stripe would be met.
        var image = Image(Size, (x, y) => (axis > 1 ? y : x) % 2 * 2 - 1);
        var map = AffineMap.Rotation(axis).After(AffineMap.Scaling(along, across)).After(AffineMap.Rotation(-axis));
        var result = Warp(image, Size, map);
        for (var y = 12; y < 20; y++)
            for (var x = 12; x < 20; x++)
                Assert.Equal(0, At(result, 0, y, x), 0.05);
    }

    [Fact]
    public void A_plain_image_stays_plain_and_edges_stay_in_range()
    {
        var random = new SplitMix64(3);
        for (var i = 0; i < 50; i++)
        {
            var map = AffineMap.Rotation(random.Between(-3, 3)).After(AffineMap.Scaling(random.Between(0.4, 3), random.Between(0.4, 3))).After(AffineMap.Translation(random.Between(-40, 40), 3));
            Assert.All(Warp(Image(9, (_, _) => 0.7), 9, map), value => Assert.Equal(0.7, value, 1e-5));
            Assert.All(Warp(Image(9, (x, y) => x > y ? 1 : -1), 9, map), value => Assert.InRange(value, -1f, 1f));
            Assert.All(Warp(Image(1, (_, _) => -0.2), 1, map), value => Assert.Equal(-0.2, value, 1e-5));
        }
    }

    [Fact]
    public void The_kernel_is_Lanczos_and_does_nothing_at_whole_distances()
    {
        Assert.Equal(1, LanczosKernel.At(0));
        for (var i = 1; i < 9; i++) Assert.Equal((0, 0), (LanczosKernel.At(i), LanczosKernel.At(-i)));
        static double Sinc(double x) => Math.Sin(Math.PI * x) / (Math.PI * x);
        for (var x = 0.0005; x < 3; x += 0.0137)
        {
            Assert.Equal(Sinc(x) * Sinc(x / 3), LanczosKernel.At(x), 3e-6);
            Assert.Equal(LanczosKernel.At(x), LanczosKernel.At(-x));
        }
    }

    private static float[] Warp(float[] image, int size, AffineMap map)
    {
        var result = new float[image.Length];
        new AffineWarp(map).Apply(image, result, size);
        return result;
    }

    private static float[] Noise(int size)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, 3 * size * size).Select(_ => 2 * random.NextSingle() - 1)];
    }

    private static float[] Image(int size, Func<int, int, double> value) =>
        [.. Enumerable.Range(0, 3 * size * size).Select(i => (float)value(i % size, i % (size * size) / size))];

    private static float At(float[] image, int channel, int y, int x) => image[(channel * Size + y) * Size + x];

    private static int Reflected(int i)
    {
        while (i < 0 || i >= Size) i = i < 0 ? -i : 2 * (Size - 1) - i;
        return i;
    }
}

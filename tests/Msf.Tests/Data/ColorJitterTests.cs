using Msf.Data;

namespace Msf.Tests.Data;

public sealed class ColorJitterTests
{
    [Fact]
    public void Without_amounts_an_image_stays_as_it_is()
    {
        var (image, random) = (Noise(1), new SplitMix64(1));
        var changed = image.ToArray();
        new ColorJitter(new ColorJitterConfig()).Apply(changed, ref random);
        Assert.Equal(image, changed);
    }

    [Theory]
    [InlineData("brightness")]
    [InlineData("contrast")]
    [InlineData("saturation")]
    [InlineData("hue")]
    public void Each_amount_does_what_its_name_says_and_only_that(string what)
    {
        var jitter = new ColorJitter(new ColorJitterConfig
        {
            Brightness = what == "brightness" ? 0.4 : 0,
            Contrast = what == "contrast" ? 0.4 : 0,
            Saturation = what == "saturation" ? 0.4 : 0,
            Hue = what == "hue" ? 0.2 : 0,
        });
        var random = new SplitMix64(5);
        var before = Noise(2, most: 0.4f);                                                    // [0.3, 0.7] of [0, 1]: nothing is cut off
        var factors = new double[500];
        for (var i = 0; i < factors.Length; i++)
        {
            var after = before.ToArray();
            jitter.Apply(after, ref random);
            var (greyBefore, greyAfter) = (Grey(before), Grey(after));
            factors[i] = what switch
            {
                "brightness" => (after[7] + 1) / (before[7] + 1),
                "contrast" => (after[7] - greyAfter.Average()) / (before[7] - greyBefore.Average()),
                "saturation" => (after[7] - greyAfter[7]) / (before[7] - greyBefore[7]),
                _ => 1,
            };
            for (var at = 0; at < before.Length; at++)
            {
                var pixel = at % 16;
                var expected = what switch
                {
                    "brightness" => factors[i] * (before[at] + 1) - 1,
                    "contrast" => greyBefore.Average() + factors[i] * (before[at] - greyBefore.Average()),
                    "saturation" => greyBefore[pixel] + factors[i] * (before[at] - greyBefore[pixel]),
                    _ => after[at],
                };
                Assert.Equal(expected, after[at], 1e-4);
                if (what == "hue") Assert.Equal(Extremes(before, pixel), Extremes(after, pixel));
            }
        }
        if (what == "hue") return;
        Assert.InRange(factors.Min(), 0.599, 0.61);
        Assert.InRange(factors.Max(), 1.39, 1.401);
        Assert.Equal(1, factors.Average(), 0.05);                                             // standard error 0.01
    }

    [Fact]
    public void A_third_of_a_circle_moves_the_channels_on_and_half_of_one_gives_the_complement()
    {
        var values = Noise(3).Select(v => (v + 1) / 2).ToArray();
        var (red, green, blue) = (values[..16], values[16..32], values[32..]);
        float[] r = [.. red], g = [.. green], b = [.. blue];
        ColorJitter.TurnHue(r, g, b, 1 / 3f);
        AssertClose(blue, r);
        AssertClose(red, g);
        AssertClose(green, b);
        (r, g, b) = ([.. red], [.. green], [.. blue]);
        ColorJitter.TurnHue(r, g, b, -0.5f);
        for (var i = 0; i < 16; i++)
        {
            var sum = Math.Max(red[i], Math.Max(green[i], blue[i])) + Math.Min(red[i], Math.Min(green[i], blue[i]));
            AssertClose([sum - red[i], sum - green[i], sum - blue[i]], [r[i], g[i], b[i]]);
        }
        (r, g, b) = ([.. red], [.. green], [.. blue]);
        ColorJitter.TurnHue(r, g, b, 0);
        AssertClose([.. red, .. green, .. blue], [.. r, .. g, .. b]);
    }

    [Fact]
    public void Grey_has_no_hue_and_no_saturation()
    {
        var image = Enumerable.Repeat(Noise(4)[..16], 3).SelectMany(plane => plane).ToArray();
        var random = new SplitMix64(6);
        var changed = image.ToArray();
        new ColorJitter(new ColorJitterConfig { Saturation = 0.9, Hue = 0.5 }).Apply(changed, ref random);
        AssertClose(image, changed, 1e-5);
    }

    [Fact]
    public void However_strong_values_stay_in_their_range()
    {
        var jitter = new ColorJitter(new ColorJitterConfig { Brightness = 3, Contrast = 3, Saturation = 3, Hue = 0.5 });
        var random = new SplitMix64(8);
        for (var i = 0; i < 200; i++)
        {
            var image = Noise(i);
            jitter.Apply(image, ref random);
            Assert.All(image, value => Assert.InRange(value, -1f, 1f));
        }
    }

    [Fact]
    public void Changes_come_in_both_orders()
    {
        // One white pixel, one black. Brightened first, white is cut off and contrast keeps the sum at 1; after contrast was lowered, black is
        // grey, and brightening raises the sum above 1.
        var jitter = new ColorJitter(new ColorJitterConfig { Brightness = 1, Contrast = 1 });
        var (brightnessFirst, contrastFirst) = (0, 0);
        for (ulong seed = 0; seed < 400; seed++)
        {
            var random = new SplitMix64(seed);
            float[] image = [1, -1, 1, -1, 1, -1];                                            // (3, 1, 2)
            jitter.Apply(image, ref random);
            var (white, black) = ((image[0] + 1) / 2, (image[1] + 1) / 2);
            if (black > 0.01 && Math.Abs(white + black - 1) < 1e-4) brightnessFirst++;
            if (black > 0.01 && white + black > 1.001) contrastFirst++;
        }
        Assert.InRange(brightnessFirst, 25, 75);                                              // 50, standard deviation 7: half and half and half again
        Assert.InRange(contrastFirst, 25, 75);
    }

    private static float[] Noise(int seed, float most = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 48).Select(_ => most * (2 * random.NextSingle() - 1))];  // (3, 4, 4)
    }

    private static double[] Grey(float[] image) =>
        [.. Enumerable.Range(0, 16).Select(i => 0.299 * image[i] + 0.587 * image[16 + i] + 0.114 * image[32 + i])];

    private static (double, double) Extremes(float[] image, int pixel)
    {
        float[] values = [image[pixel], image[16 + pixel], image[32 + pixel]];
        return (Math.Round(values.Max(), 4), Math.Round(values.Min(), 4));
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }
}

namespace Msf.Data;

/// <summary>Changes brightness, contrast, saturation and hue of an image by random amounts in random order.</summary>
/// <param name="config">How far; valid.</param>
internal sealed class ColorJitter(ColorJitterConfig config)
{
    private const float RedShare = 0.299f, GreenShare = 0.587f, BlueShare = 0.114f;           // of grey, ITU-R BT.601
    private readonly bool _nothing = config is { Brightness: 0, Contrast: 0, Saturation: 0, Hue: 0 };

    /// <summary>Changes an image; where no change is asked for, not even by rounding.</summary>
    /// <param name="values">float32 (3, H, W) in [-1, 1], red, green, blue; changed in place.</param>
    /// <param name="random">Where order and amounts come from.</param>
    public void Apply(Span<float> values, ref SplitMix64 random)
    {
        if (_nothing) return;
        Span<int> order = [0, 1, 2, 3];
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        // All are drawn whatever is on, so that one setting does not change what another draws.
        var (brightness, contrast) = (Factor(config.Brightness, ref random), Factor(config.Contrast, ref random));
        var (saturation, hue) = (Factor(config.Saturation, ref random), (float)random.Between(-config.Hue, config.Hue));

        var plane = values.Length / 3;
        Span<float> red = values[..plane], green = values.Slice(plane, plane), blue = values[(2 * plane)..];
        for (var i = 0; i < values.Length; i++) values[i] = (values[i] + 1) / 2;              // [0, 1]
        foreach (var change in order)
        {
            switch (change)
            {
                case 0 when config.Brightness > 0: Blend(values, 0, brightness); break;
                case 1 when config.Contrast > 0: Blend(values, MeanGrey(red, green, blue), contrast); break;
                case 2 when config.Saturation > 0: Saturate(red, green, blue, saturation); break;
                case 3 when config.Hue > 0: TurnHue(red, green, blue, hue); break;
            }
        }
        for (var i = 0; i < values.Length; i++) values[i] = 2 * values[i] - 1;
    }

    /// <summary>Moves values away from one value: factor 1 leaves them, 0 makes them all that value.</summary>
    internal static void Blend(Span<float> values, float towards, float factor)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Math.Clamp(factor * values[i] + (1 - factor) * towards, 0, 1);
    }

    /// <summary>Moves each pixel away from its grey.</summary>
    internal static void Saturate(Span<float> red, Span<float> green, Span<float> blue, float factor)
    {
        for (var i = 0; i < red.Length; i++)
        {
            var grey = (1 - factor) * Grey(red[i], green[i], blue[i]);
            red[i] = Math.Clamp(factor * red[i] + grey, 0, 1);
            green[i] = Math.Clamp(factor * green[i] + grey, 0, 1);
            blue[i] = Math.Clamp(factor * blue[i] + grey, 0, 1);
        }
    }

    /// <summary>Turns hues; largest and smallest of each pixel's three values stay.</summary>
    /// <param name="red">Values in [0, 1].</param>
    /// <param name="green">Values in [0, 1].</param>
    /// <param name="blue">Values in [0, 1].</param>
    /// <param name="circles">How far, in circles: a third makes red green.</param>
    internal static void TurnHue(Span<float> red, Span<float> green, Span<float> blue, float circles)
    {
        for (var i = 0; i < red.Length; i++)
        {
            var (r, g, b) = (red[i], green[i], blue[i]);
            var (most, least) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
            var range = most - least;
            if (range == 0) continue;                                                         // grey has no hue
            var sector = most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range;
            var hue = sector + 6 * circles;                                                   // in sixths of a circle
            (red[i], green[i], blue[i]) = (Channel(5, hue, most, range), Channel(3, hue, most, range), Channel(1, hue, most, range));
        }
    }

    // A channel over the circle of hues is a trapezium: low for a third, up in a sixth, high for a third, down in a sixth.
    private static float Channel(int phase, float hue, float most, float range)
    {
        var k = phase + hue;
        k -= 6 * MathF.Floor(k / 6);                                                          // [0, 6]
        return most - range * Math.Clamp(Math.Min(k, 4 - k), 0, 1);
    }

    private static float MeanGrey(ReadOnlySpan<float> red, ReadOnlySpan<float> green, ReadOnlySpan<float> blue)
    {
        var sum = 0.0;
        for (var i = 0; i < red.Length; i++) sum += Grey(red[i], green[i], blue[i]);
        return (float)(sum / red.Length);
    }

    private static float Grey(float red, float green, float blue) => RedShare * red + GreenShare * green + BlueShare * blue;

    private static float Factor(double most, ref SplitMix64 random) => (float)random.Between(Math.Max(0, 1 - most), 1 + most);
}

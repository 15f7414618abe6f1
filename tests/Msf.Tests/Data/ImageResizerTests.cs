using CsCheck;
using Msf.Data;

namespace Msf.Tests.Data;

public class ImageResizerTests
{
    [Fact]
    public void An_image_that_fits_is_returned_itself()
    {
        var image = Pictures.Noise(16, 16, seed: 1);
        Assert.Same(image, ImageResizer.Fit(image, 16));
    }

    [Fact]
    public void A_plain_image_stays_plain_at_every_size() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 40]).Sample((width, height, size) =>
        {
            var fitted = ImageResizer.Fit(Pictures.Plain(width, height, 10, 128, 250), size);
            Assert.Equal((size, size), (fitted.Width, fitted.Height));
            Assert.Equal(Pictures.Plain(size, size, 10, 128, 250).Pixels, fitted.Pixels);
        }, iter: 200);

    [Fact]
    public void Halving_takes_the_mean_of_four_pixels()
    {
        var image = Pictures.Noise(8, 8, seed: 5);
        var half = ImageResizer.Fit(image, 4);
        for (var y = 0; y < 4; y++)
            for (var x = 0; x < 12; x++)
            {
                int At(int row, int column) => image.Pixels[3 * 8 * row + 6 * (x / 3) + 3 * column + x % 3];
                var mean = (At(2 * y, 0) + At(2 * y, 1) + At(2 * y + 1, 0) + At(2 * y + 1, 1)) / 4.0;
                Assert.Equal(mean, half.Pixels[12 * y + x], 0.51);
            }
    }

    [Fact]
    public void The_centre_of_the_longer_side_is_kept()
    {
        // 24x8: three plain squares side by side; only the middle one survives, unscaled.
        var pixels = new byte[3 * 24 * 8];
        for (var i = 0; i < 24 * 8; i++) pixels[3 * i + i % 24 / 8] = 255;
        Assert.Equal(Pictures.Plain(8, 8, 0, 255, 0).Pixels, ImageResizer.Fit(new RgbImage(pixels, 24, 8), 8).Pixels);
    }

    [Fact]
    public void Bicubic_keeps_a_ramp_a_ramp()
    {
        var pixels = new byte[3 * 12 * 12];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(20 * (i / 3 % 12));
        var fitted = ImageResizer.Fit(new RgbImage(pixels, 12, 12), 8);
        // Pixel x of 8 is centred on 1.5 (x + 0.5) - 0.5 of 12. The outermost pixels see the edge.
        for (var x = 2; x < 6; x++) Assert.Equal(20 * (1.5 * (x + 0.5) - 0.5), fitted.Pixels[3 * x], 0.51);
    }

    [Fact]
    public void Cubic_weights_are_those_of_Keys()
    {
        // An impulse doubled in size: weights at distances 0.25, 0.75, 1.25, 1.75, for a = -0.5.
        var pixels = new byte[3 * 9 * 9];
        pixels.AsSpan(3 * (9 * 4 + 4), 3).Fill(200);
        var doubled = ImageResizer.Fit(new RgbImage(pixels, 9, 9), 18);
        double[] weights = [0.8671875, 0.2265625];
        Assert.Equal(200 * weights[0] * weights[0], doubled.Pixels[3 * (18 * 8 + 8)], 0.51);
        Assert.Equal(200 * weights[0] * weights[1], doubled.Pixels[3 * (18 * 8 + 10)], 0.51);
        Assert.Equal(0, doubled.Pixels[3 * (18 * 8 + 11)]);    // the negative lobe is clamped
    }

    [Fact]
    public void An_absurdly_elongated_image_is_refused() =>
        Assert.Throws<InvalidDataException>(() => ImageResizer.Fit(Pictures.Plain(100_000, 1, 0, 0, 0), 64));
}

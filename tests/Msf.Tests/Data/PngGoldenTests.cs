using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Tests.Data;

public class PngGoldenTests
{
    [Theory]
    [InlineData("gray1", 0)]
    [InlineData("gray8", 0)]
    [InlineData("gray16", 1)]
    [InlineData("grayalpha8", 0)]
    [InlineData("palette4", 0)]
    [InlineData("palette8_trns", 0)]
    [InlineData("rgb8", 0)]
    [InlineData("rgb8_interlaced", 0)]
    [InlineData("rgb16", 1)]
    [InlineData("rgba8", 0)]
    public void Every_colour_type_decodes_to_the_reference_pixels(string kind, int tolerance)
    {
        var image = ImageDecoder.Decode(SharedFiles.Require("golden", "data", $"png_{kind}.png"));
        using var file = SafetensorsFile.Open(SharedFiles.Require("golden", "data", "png_a_expected.safetensors"));
        using var expected = file.Read($"{kind}_rgb_hwc");
        Assert.Equal(new long[] { image.Height, image.Width, 3 }, expected.shape);
        var pixels = expected.bytes.ToArray();
        for (var i = 0; i < pixels.Length; i++)
            Assert.True(Math.Abs(pixels[i] - image.Pixels[i]) <= tolerance, $"byte {i}: {image.Pixels[i]}, expected {pixels[i]}");
    }
}

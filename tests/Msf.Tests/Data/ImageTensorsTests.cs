using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public class ImageTensorsTests
{
    [Fact]
    public void Values_are_rounded_and_clamped()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { -3f, -1f, 0f, 1f, 3f, 2 * 100.4f / 255 - 1 });
        var image = Assert.Single(ImageTensors.ToImages(values.reshape(1, 1, 1, 6).expand(1, 3, 1, 6)));
        Assert.Equal([0, 0, 128, 255, 255, 100], image.Pixels.Where((_, i) => i % 3 == 0).Select(v => (int)v));
    }

    [Fact]
    public void Channels_become_the_last_dimension()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { -1f, 1f, -1f }).reshape(1, 3, 1, 1).expand(2, 3, 4, 5);
        var images = ImageTensors.ToImages(values.to(ScalarType.BFloat16));
        Assert.Equal(2, images.Length);
        Assert.Equal(Pictures.Plain(5, 4, 0, 255, 0).Pixels, images[1].Pixels);
        Assert.Throws<ArgumentException>(() => ImageTensors.ToImages(zeros(3, 4, 5)));
    }
}

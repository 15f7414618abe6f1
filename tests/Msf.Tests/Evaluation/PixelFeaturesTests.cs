using Msf.Evaluation;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class PixelFeaturesTests
{
    [Fact]
    public void They_are_the_mean_colours_of_fields()
    {
        using var scope = NewDisposeScope();
        using var features = new PixelFeatures();
        var images = zeros([1, 3, 16, 16], ScalarType.Byte);
        images[0, 1, ..2, ..2] = tensor((byte)255);
        var found = features.Features(images);
        Assert.Equal([1, 192], found.shape);
        Assert.Equal(1, found[0, 64].item<float>(), 1e-6);
        Assert.Equal(1, found.sum().item<float>(), 1e-6);
        Assert.Equal((192, 0), (features.Width, features.Classes));
        Assert.Equal(64, features.Digest.Length);
        Assert.Throws<NotSupportedException>(() => features.Probabilities(images));
    }
}

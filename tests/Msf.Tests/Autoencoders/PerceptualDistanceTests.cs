using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class PerceptualDistanceTests
{
    [Fact]
    public void It_is_0_for_equal_images_grows_with_the_difference_and_has_a_gradient_for_the_reconstruction_alone()
    {
        var file = SharedFiles.Require("data", "weights", "cifar10_resnet56_features.pt");
        using var scope = NewDisposeScope();
        using var distance = new PerceptualDistance(new PerceptualConfig { File = file }, CPU);
        var images = linspace(-1, 1, 2 * 3 * 32 * 32).view(2, 3, 32, 32).sin().requires_grad_();
        Assert.Equal(0, distance.Of(images, images).item<float>());
        var noise = randn(images.shape);
        var (near, far) = ((images + noise * 0.02).detach().requires_grad_(), (images + noise * 0.5).detach());
        Assert.InRange(distance.Of(images, near).item<float>(), 1e-7, 0.5 * distance.Of(images, far).item<float>());
        distance.Of(images, near).backward();
        Assert.True(near.grad!.abs().sum().item<float>() > 0);
        Assert.Null(images.grad);
        var batch = distance.Of(cat([images, images]), cat([near, images])).item<float>();
        Assert.Equal(distance.Of(images, near).item<float>() / 2, batch, 5);                  // a mean over the images
    }

    [Fact]
    public void What_is_no_network_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.pt"], "nothing");
        Assert.DoesNotContain("\n", Assert.Throws<InvalidDataException>(() => new PerceptualDistance(new PerceptualConfig { File = folder["x.pt"] }, CPU)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => new PerceptualDistance(new PerceptualConfig { File = folder["y.pt"] }, CPU));
    }
}

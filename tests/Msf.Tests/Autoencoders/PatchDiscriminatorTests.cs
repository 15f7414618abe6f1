using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class PatchDiscriminatorTests
{
    [Theory]
    [InlineData(1, 6, 1)]
    [InlineData(2, 12, 1)]
    [InlineData(2, 32, 6)]
    [InlineData(3, 24, 1)]
    [InlineData(3, 64, 6)]
    public void It_gives_verdicts_on_patches_down_to_the_least_side(int layers, int side, long verdicts)
    {
        using var scope = NewDisposeScope();
        using var network = new PatchDiscriminator(new DiscriminatorConfig { Layers = layers, Width = 8 }, 3);
        Assert.Equal([2, 1, verdicts, verdicts], network.call(zeros(2, 3, side, side)).shape);
        Assert.Equal(verdicts > 1, side > PatchDiscriminator.LeastSide(layers));
    }

    [Fact]
    public void A_verdict_depends_on_its_own_patch_of_its_own_image()
    {
        using var scope = NewDisposeScope();
        SeededNoise.SeedGlobalGenerator(1);
        using var network = new PatchDiscriminator(new DiscriminatorConfig { Layers = 1, Width = 8 }, 3);
        var images = randn(2, 3, 32, 32);
        var before = network.call(images);
        images[1].fill_(0.5);
        TensorAssert.Close(before[0], network.call(images)[0], 1e-6);
        Assert.False(TensorAssert.Identical(before[1], network.call(images)[1]));
    }

    [Fact]
    public void It_learns_to_tell_noise_from_even_images_by_the_hinge_loss()
    {
        using var scope = NewDisposeScope();
        SeededNoise.SeedGlobalGenerator(1);
        using var network = new PatchDiscriminator(new DiscriminatorConfig { Layers = 1, Width = 8 }, 3);
        using var optimizer = optim.Adam(network.parameters(), 1e-2);
        var (real, false_) = (randn(4, 3, 16, 16), full([4, 3, 16, 16], 0.3));
        Assert.Equal(1, network.HingeLoss(real, false_).item<float>(), 1);                    // nothing is known yet: ½ (1 + 1)
        for (var step = 0; step < 40; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            network.HingeLoss(real, false_).backward();
            optimizer.step();
        }
        Assert.True(network.HingeLoss(real, false_).item<float>() < 0.3, "it has not learnt");
        Assert.True(network.AdversarialLoss(false_).item<float>() > network.AdversarialLoss(real).item<float>());
        Assert.Equal(-network.call(real).mean().item<float>(), network.AdversarialLoss(real).item<float>(), 5);
    }
}

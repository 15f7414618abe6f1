using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class LatentDistributionTests
{
    [Fact]
    public void Log_variances_are_clamped_and_means_are_not()
    {
        using var scope = NewDisposeScope();
        var latent = LatentDistribution.FromMoments(tensor([-100f, 100f, -100f, 100f]).view(1, 4, 1, 1));
        Assert.Equal([-100f, 100f], latent.Mean.data<float>());
        Assert.Equal([-30f, 20f], latent.LogVariance!.data<float>());
    }

    [Fact]
    public void A_standard_normal_latent_has_no_divergence_and_samples_are_the_noise()
    {
        using var scope = NewDisposeScope();
        var latent = new LatentDistribution(zeros(2, 3, 4, 4), zeros(2, 3, 4, 4));
        Assert.Equal([0f, 0f], latent.Divergence().data<float>());
        var noise = randn(2, 3, 4, 4);
        Assert.True(TensorAssert.Identical(noise, latent.Sample(noise)));
    }

    [Fact]
    public void A_point_has_no_divergence_and_no_noise()
    {
        using var scope = NewDisposeScope();
        var mean = randn(2, 3, 4, 4);
        var latent = new LatentDistribution(mean, null);
        Assert.True(TensorAssert.Identical(mean, latent.Sample(randn(2, 3, 4, 4))));
        Assert.Equal([0f, 0f], latent.Divergence().data<float>());
    }
}

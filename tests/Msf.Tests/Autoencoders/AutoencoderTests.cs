using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class AutoencoderTests
{
    [Theory]
    [InlineData(AutoencoderKind.Pixels, 1, 3)]
    [InlineData(AutoencoderKind.Kl, 4, 3)]
    [InlineData(AutoencoderKind.Tiny, 8, 6)]
    public void Latents_have_the_size_that_the_configuration_tells(AutoencoderKind kind, int factor, int channels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        Assert.Equal((factor, channels), (autoencoder.Config.Factor, autoencoder.Config.LatentChannels));
        var latent = autoencoder.Encode(SmallAutoencoders.Images(2, 32, 48));
        Assert.Equal([2, channels, 32 / factor, 48 / factor], latent.Mean.shape);
        Assert.Equal(kind == AutoencoderKind.Kl, latent.LogVariance is not null);
        Assert.Equal([2, 3, 32, 48], autoencoder.Decode(latent.Mean).shape);
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void Every_weight_has_one_name_and_it_is_the_official_one(AutoencoderKind kind)
    {
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        Assert.All(autoencoder.Network!.state_dict().Keys, key => Assert.Matches("^(encoder|decoder|quant_conv|post_quant_conv)[.]", key));
    }

    [Fact]
    public void Pixels_come_back_as_they_were()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Pixels);
        var images = SmallAutoencoders.Images(1, 5, 7);
        Assert.True(TensorAssert.Identical(images, autoencoder.Decode(autoencoder.Encode(images).Mean)));
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void An_image_does_not_depend_on_its_batch(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        var images = SmallAutoencoders.Images(3, 16, 16);
        var together = autoencoder.Encode(images).Mean;
        var alone = autoencoder.Encode(images.narrow(0, 1, 1)).Mean;
        TensorAssert.Close(alone, together.narrow(0, 1, 1), 1e-5);
        TensorAssert.Close(autoencoder.Decode(alone), autoencoder.Decode(together).narrow(0, 1, 1), 1e-5);
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void Every_weight_gets_a_gradient_in_training(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        var network = autoencoder.Network!;
        network.train();
        var images = SmallAutoencoders.Images(2, 16, 16);
        var latent = autoencoder.Encode(images);
        var loss = (autoencoder.Decode(latent.Sample(randn(latent.Mean.shape))) - images).abs().mean() + (latent.Divergence().mean() * 1e-3);
        loss.backward();
        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.isfinite().all().item<bool>() && gradient.abs().max().item<float>() > 0, entry.name));
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void No_tensor_stays_behind(AutoencoderKind kind)
    {
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        using var images = SmallAutoencoders.Images(1, 16, 16);
        LiveTensors.StayFlat(3, () =>
        {
            using var noGradient = no_grad();
            using var latent = autoencoder.Encode(images);
            using var decoded = autoencoder.Decode(latent.Mean);
        });
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void In_bfloat16_results_are_near_and_still_float32(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var full = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        using var half = SmallAutoencoders.Create(SmallAutoencoders.Of(kind)).To(CPU, ComputePrecision.BFloat16);
        Assert.Equal(full.Identity, half.Identity);
        var images = SmallAutoencoders.Images(1, 32, 32);
        var expected = full.Encode(images).Mean;
        var actual = half.Encode(images).Mean;
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.InRange(Golden.RelativeError(actual, expected), 1e-5, 0.05);
        var decoded = half.Decode(expected);
        Assert.Equal(ScalarType.Float32, decoded.dtype);
        Assert.InRange(Golden.RelativeError(decoded, full.Decode(expected)), 1e-5, 0.05);
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void A_new_network_works_and_outlives_the_scope_it_was_made_in(AutoencoderKind kind)
    {
        IAutoencoder autoencoder;
        using (NewDisposeScope()) autoencoder = Autoencoder.Create(SmallAutoencoders.Of(kind));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using (autoencoder)
        {
            Assert.All(autoencoder.Network!.named_parameters(), entry => Assert.InRange(entry.parameter.abs().max().item<float>(), 0, 1));
            Assert.All(
                autoencoder.Network!.named_parameters().Where(entry => entry.name.Contains("norm", StringComparison.Ordinal) || entry.name.Contains("pool.1", StringComparison.Ordinal)),
                entry => Assert.Equal(entry.name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0, entry.parameter.mean().item<float>()));
            Assert.True(autoencoder.Decode(autoencoder.Encode(SmallAutoencoders.Images(2, 16, 16)).Mean).isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Published_sizes_are_met()
    {
        using var stableDiffusion = Autoencoder.Create(new() { Kind = AutoencoderKind.Kl, Kl = new() }, META);
        Assert.Equal(83_653_863, stableDiffusion.Network!.parameters().Sum(parameter => parameter.numel()));
        using var tiny = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new() }, META);
        Assert.Equal(1_222_532, tiny.Encoder.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(1_222_531, tiny.Decoder.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void The_tiny_autoencoder_of_32_channels_has_the_official_keys_and_shapes()
    {
        // What the published taef2_encoder.pth and taef2_decoder.pth list.
        using var tiny = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new() { LatentChannels = 32, MiddleNormalization = true } }, META);
        var encoder = StateDictLoader.Extract(tiny.Encoder);
        var decoder = StateDictLoader.Extract(tiny.Decoder);
        Assert.Equal((79, 79), (encoder.Count, decoder.Count));
        foreach (var (block, state) in new[] { (11, encoder), (12, encoder), (13, encoder), (3, decoder), (4, decoder), (5, decoder) })
        {
            Assert.Equal([256, 64, 1, 1], state[$"{block}.pool.0.weight"].shape);
            Assert.Equal([256], state[$"{block}.pool.1.weight"].shape);
            Assert.Equal([64, 256, 1, 1], state[$"{block}.pool.3.weight"].shape);
        }
        Assert.Equal([32, 64, 3, 3], encoder["14.weight"].shape);
        Assert.Equal([64, 32, 3, 3], decoder["1.weight"].shape);
    }

    [Fact]
    public void Bad_images_and_latents_are_refused_in_one_line()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Tiny);
        var error = Assert.Throws<ArgumentException>(() => autoencoder.Encode(zeros(1, 3, 20, 16))).Message;
        Assert.Contains("multiples of 8", error);
        Assert.Throws<ArgumentException>(() => autoencoder.Encode(zeros(1, 4, 16, 16)));
        Assert.Throws<ArgumentException>(() => autoencoder.Decode(zeros(1, 3, 2, 2)));
    }

    [Fact]
    public void Scaling_and_its_inverse_cancel()
    {
        using var scope = NewDisposeScope();
        var latents = tensor([0.25f, 2.25f]);
        var normalized = SmallAutoencoders.Kl.Normalize(latents);                             // scale 0.5, shift 0.25
        Assert.Equal([0f, 1f], normalized.data<float>());
        Assert.True(TensorAssert.Identical(latents, SmallAutoencoders.Kl.Denormalize(normalized)));
    }

    [Fact]
    public void The_identity_is_that_of_configuration_and_weights()
    {
        using var one = SmallAutoencoders.Create(SmallAutoencoders.Kl);
        using var same = SmallAutoencoders.Create(SmallAutoencoders.Kl);
        using var otherWeights = SmallAutoencoders.Create(SmallAutoencoders.Kl, seed: 2);
        using var otherScale = SmallAutoencoders.Create(SmallAutoencoders.Kl with { Scale = 0.75 });
        Assert.Equal(one.Identity, same.Identity);
        Assert.Equal(3, new[] { one.Identity, otherWeights.Identity, otherScale.Identity }.Distinct().Count());
    }
}
